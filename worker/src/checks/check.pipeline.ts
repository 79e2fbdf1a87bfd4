// installation.check: trains SAEs of several architectures on samples made of known features and says whether they find them as well as
// the reference library does. A check that does not pass is a result, not a failure of the job.
import { join } from 'node:path'
import { type CheckedArchitecture, type InstallationCheck, InstallationCheckParamsSchema } from '@mistudio/contracts'
import { SafetensorsFile } from '@mistudio/formats'
import { groundTruthProblem } from '@mistudio/interp/saes'
import type { z } from 'zod'
import { type JobContext, pipeline } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import { runtimeVersion } from '../runtime/index.js'
import { type Bands, readBands, TRUTH_FOLDER } from './bands.js'
import { type FoundOnTruth, trainOnTruth } from './train-on-truth.js'
import { verdict } from './verdict.js'

type Params = z.infer<typeof InstallationCheckParamsSchema>

/** Starts per architecture. */
const SEEDS = [0, 1, 2]

export const checkPipeline = pipeline('installation.check', {
  places: () => [TRUTH_FOLDER],
  run: async (context) => {
    try {
      return { state: 'completed', result: await checkInstallation(context) }
    } catch (error) {
      if (error instanceof Interruption) return error.outcome
      throw error
    }
  },
})

async function checkInstallation(context: JobContext<Params>): Promise<InstallationCheck> {
  const [startedAt, began] = [new Date().toISOString(), performance.now()]
  const bands = await readBands(join(TRUTH_FOLDER, 'bands.json'))
  const problem = await groundTruthProblem(await SafetensorsFile.open(join(TRUTH_FOLDER, 'problem.safetensors')))
  const architectures: CheckedArchitecture[] = []
  const progress = stepProgress(context, bands)
  for (const [architecture, band] of Object.entries(bands.architectures)) {
    const found: FoundOnTruth[] = []
    for (const seed of SEEDS) {
      const every = () => progress(architecture)
      found.push(await trainOnTruth(bands, architecture, problem, { seed, threads: context.threads, every }))
    }
    architectures.push(verdict(architecture, found, band))
  }
  const { samples, d } = problem
  const features = problem.vectors.length / d
  const starts = Math.min(...Object.values(bands.architectures).map((band) => band.starts.length))
  return {
    startedAt,
    seconds: (performance.now() - began) / 1000,
    threads: context.threads,
    runtime: runtimeVersion,
    problem: { samples, d, features, trueL0: bands.trueL0 },
    steps: bands.steps,
    batchSize: bands.batchSize,
    reference: { library: bands.library, starts },
    architectures,
    pass: architectures.every(({ pass }) => pass),
  }
}

/** Counts steps over all trainings; ends the job when it is told to. */
function stepProgress(context: JobContext<Params>, bands: Bands): (architecture: string) => void {
  const total = Object.keys(bands.architectures).length * SEEDS.length * bands.steps
  const progress = new StageProgress('training', 'steps')
  let done = 0
  return (architecture) => {
    checkControl(context.control())
    context.progress({ ...progress.at(++done, total, performance.now()), stage: `training ${architecture}` })
  }
}
