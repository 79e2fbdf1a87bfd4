// training.run: trains an SAE on a model's activations. Composition only; the parts are beside it.
import { join } from 'node:path'
import { type TrainingRunParams, TrainingRunParamsSchema } from '@mistudio/contracts'
import { withSaeErrors } from '../features/index.js'
import type { JobContext, Outcome, Pipeline } from '../runner/context.js'
import { Interruption } from '../runner/interruption.js'
import { Checkpoints } from './checkpoints.js'
import { finalise, finishedTraining } from './finalise.js'
import { openTrainingParts, type TrainingParts } from './open.js'
import { TrainingRun } from './run-training.js'
import { trainerOptions, trainingSae } from './settings.js'

export const trainPipeline: Pipeline<TrainingRunParams> = {
  kind: 'training.run',
  parse: (params) => TrainingRunParamsSchema.parse(params),
  run: (job) => withSaeErrors(() => run(job)),
}

/** Idempotent: a finished training answers at once, otherwise the newest valid checkpoint is taken up. */
async function run(job: JobContext<TrainingRunParams>): Promise<Outcome> {
  const finished = await finishedTraining(job.db, job.job.params)
  if (finished) return { state: 'completed', result: finished }
  job.progress({ stage: 'opening', fraction: null })
  const parts = await openTrainingParts(job.dataDir, job.job.params, job.threads)
  try {
    return await train(job, parts)
  } finally {
    parts.tokens.close()
  }
}

async function train(job: JobContext<TrainingRunParams>, parts: TrainingParts): Promise<Outcome> {
  const { trainingId, params } = job.job.params
  const sae = trainingSae(params, parts.dIn)
  const folder = join(job.dataDir, 'trainings', trainingId, 'checkpoints')
  const checkpoints = new Checkpoints(folder, trainingId, sae, params.keepCheckpoints)
  const resumed = await checkpoints.newest(job.db, (message) => job.log('warn', message))
  if (resumed) job.log('info', `Going on from the checkpoint of step ${resumed.data.step}.`)
  const plan = { sae, trainer: trainerOptions(params), metadata: metadataOf(job.job.params, parts) }
  try {
    const threads = resumed?.data.threads ?? job.threads
    const result = await new TrainingRun(job, parts, plan, checkpoints, resumed, threads).run()
    job.progress({ stage: 'saving', fraction: null })
    return { state: 'completed', result: await finalise(job, result, parts.tokens.contextSize) }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    if (error.outcome.state === 'cancelled') await checkpoints.remove((work) => job.commit(work))
    return error.outcome
  }
}

/** Metadata of the SAE's cfg.json, in SAELens's names. */
function metadataOf({ modelName, params }: TrainingRunParams, { tokens }: TrainingParts): Record<string, unknown> {
  return {
    ...{ model_name: modelName, hook_name: params.site, hook_head_index: null, context_size: tokens.contextSize },
    ...{ prepend_bos: tokens.bosTokenId !== null, exclude_special_tokens: params.excludeBos },
    ...{ training_architecture: params.architecture, seed: params.seed },
    // The layout's version: readers take files without one for those of before version 6.
    ...{ sae_lens_version: '6.0.0', trained_with: 'mistudio' },
  }
}
