// Runs the checks of a model and writes the report of them. Knows nothing of jobs and rows.
import { mkdir } from 'node:fs/promises'
import { arch, cpus, platform, release } from 'node:os'
import { join } from 'node:path'
import { PARITY_FORMAT, type ParityCheck, type ParityReport } from '@mistudio/contracts'
import { writeFileAtomic } from '@mistudio/formats'
import { countParameters, type Precision, planTensors } from '@mistudio/interp/models'
import { folderOf } from '../../files/index.js'
import { runtimeVersion } from '../../runtime/index.js'
import { VERSION } from '../../version.js'
import type { OpenModel } from '../model-store.js'
import { paritySteps } from './checks.js'
import { hashFiles } from './files.js'
import type { Skipped } from './reported.js'

/** Name of the report in the model's folder of the data directory. */
const REPORT_FILE = 'parity.json'

const isSkipped = (found: ParityCheck | Skipped): found is Skipped => 'reason' in found

const environment = (threads: number, precision: Precision): ParityReport['environment'] => ({
  product: VERSION,
  runtime: runtimeVersion,
  node: process.version,
  platform: `${platform()} ${release()} ${arch()}`,
  cpu: cpus()[0]?.model.trim() || 'unknown',
  threads,
  precision,
})

/**
 * Runs every check. `before` hears the name of what comes next and how much is done (0 to 1), and may end the run: then null.
 * A check that fails is part of the report, not an error.
 * @throws what the model throws when it cannot be run at all, and ModelError for stored values of another model.
 */
export async function parityReport(
  opened: OpenModel,
  name: string,
  threads: number,
  before: (stage: string, fraction: number) => boolean,
): Promise<ParityReport | null> {
  const started = Date.now()
  const steps = paritySteps(opened, threads)
  const checks: ParityCheck[] = []
  const skipped: Skipped[] = []
  for (const [done, { stage, run }] of steps.entries()) {
    const fraction = done / (steps.length + 1)
    if (!before(stage, fraction)) return null
    for await (const found of run()) {
      if (isSkipped(found)) skipped.push(found)
      else checks.push(found)
      if (!before(stage, fraction)) return null
    }
  }
  if (!before('hashing files', steps.length / (steps.length + 1))) return null
  const { plan } = opened.folder
  const { architecture } = plan.spec
  const files = await hashFiles(opened.folder.path)
  return {
    format: PARITY_FORMAT,
    model: { name, architecture, parameters: countParameters(planTensors(plan)).total, files },
    environment: environment(threads, opened.model.precision),
    startedAt: new Date(started).toISOString(),
    seconds: (Date.now() - started) / 1000,
    checks,
    skipped,
  }
}

/** Writes the report as the file that is downloaded. */
export async function writeReport(dataDir: string, modelId: string, report: ParityReport): Promise<void> {
  const text = `${JSON.stringify(report, null, 2)}\n`
  const folder = folderOf(dataDir, 'models', modelId)
  await mkdir(folder, { recursive: true })
  await writeFileAtomic(join(folder, REPORT_FILE), Buffer.from(text))
}
