// What registration and "run again" have in common: a folder is inspected, its checks are run, and the row gets all of it at once.
import { basename } from 'node:path'
import { type ModelInspection, type ParityReport, paritySummary } from '@mistudio/contracts'
import type { Precision } from '@mistudio/interp/models'
import { noteCheck, writeModelManifest } from '../files/index.js'
import type { Interrupted, JobContext, OutcomeOf } from '../runner/context.js'
import { withModelErrors } from './errors.js'
import { inspectModel } from './inspect.pipeline.js'
import { ModelStore } from './model-store.js'
import { parityReport, writeReport } from './parity/report.js'
import { storeCheckedModel } from './rows.js'
import { failureWarnings, lossWarnings, selfCheckOf } from './self-check.js'

export interface CheckParams {
  readonly modelId: string
  readonly path: string
  readonly name?: string | undefined
  /** The model is checked at it and, when that could be done, loaded at it from then on. */
  readonly precision: Precision
}

/** Writes the whole row at once, so a second run after a crash ends with the same row. */
async function store(context: JobContext<CheckParams>, inspection: ModelInspection, report: ParityReport) {
  const { spec, structure, sites, absentSites, tokenizer, warnings } = inspection
  const check = selfCheckOf(report, spec.vocabSize)
  const all = [...warnings, ...lossWarnings(check), ...failureWarnings(report)]
  const { modelId, path, precision } = context.job.params
  await writeReport(context.dataDir, modelId, report)
  const { files } = report.model
  const kept = await writeModelManifest(context.dataDir, path, files)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  await context.commit(async (tx) => {
    // All of it was read just now.
    if (kept) await noteCheck(tx, { room: 'models', id: modelId, bytes, file: null })
    await storeCheckedModel(tx, modelId, {
      precision,
      spec,
      structure,
      sites,
      absentSites,
      tokenizer,
      selfCheck: check,
      warnings: all,
      parity: paritySummary(report),
      parityReport: report,
    })
  })
}

/** Nothing is kept between attempts, so a suspended run starts anew. */
function interrupted(context: JobContext<CheckParams>): Interrupted | null {
  const control = context.control()
  if (control === 'cancel') return { state: 'cancelled' }
  return control === 'suspend' ? { state: 'suspended' } : null
}

/** Inspects, checks and stores a model. `accept` may refuse the report before anything is written. */
export async function checkModel(
  context: JobContext<CheckParams>,
  accept: (report: ParityReport) => void,
): Promise<OutcomeOf<'model.register'>> {
  const { path, name = basename(path), precision } = context.job.params
  const models = new ModelStore()
  try {
    context.progress({ stage: 'inspecting', fraction: 0 })
    const inspection = await inspectModel(path)
    const opened = await models.open(path, context.threads, precision)
    const report = await withModelErrors(() =>
      parityReport(opened, name, context.threads, (stage, fraction) => {
        context.progress({ stage, fraction })
        return interrupted(context) === null
      }),
    )
    const stopped = interrupted(context)
    if (stopped) return stopped
    if (report === null) throw new Error('The checks ended early without being told to.')
    accept(report)
    await store(context, inspection, report)
    return { state: 'completed', result: paritySummary(report) }
  } finally {
    await models.release()
  }
}
