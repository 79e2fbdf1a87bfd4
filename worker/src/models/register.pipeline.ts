// model.register: inspects a model folder, runs the model once on a sample text and marks the model row as ready.
import { type ModelInspection, ModelRegisterParamsSchema, type SelfCheck } from '@mistudio/contracts'
import type { z } from 'zod'
import type { JobContext, Outcome, Pipeline } from '../runner/context.js'
import { inspectModel } from './inspect.pipeline.js'
import { ModelStore } from './model-store.js'
import { promptIds } from './prompt.js'
import { lossWarnings, SAMPLE_TEXT, selfCheck } from './self-check.js'

type Params = z.infer<typeof ModelRegisterParamsSchema>

/** Writes the whole row at once, so a second run after a crash ends with the same row. */
async function store(context: JobContext<Params>, inspection: ModelInspection, check: SelfCheck): Promise<void> {
  const { spec, sites, tokenizer, warnings } = inspection
  const values = [spec, sites, tokenizer, check, [...warnings, ...lossWarnings(check)]].map((value) =>
    JSON.stringify(value),
  )
  await context.commit((tx) =>
    tx.query(
      `UPDATE model SET spec = $2, sites = $3, tokenizer = $4, self_check = $5, warnings = $6, ready_at = now() WHERE id = $1`,
      [context.job.params.modelId, ...values],
    ),
  )
}

/** Nothing is kept between attempts, so a suspended registration starts anew. */
function interrupted(context: JobContext<Params>): Outcome | null {
  const control = context.control()
  if (control === 'cancel') return { state: 'cancelled' }
  return control === 'suspend' ? { state: 'suspended' } : null
}

async function register(context: JobContext<Params>): Promise<Outcome> {
  const { path } = context.job.params
  const models = new ModelStore()
  try {
    context.progress({ stage: 'inspecting', fraction: 0 })
    const inspection = await inspectModel(path)
    const early = interrupted(context)
    if (early) return early
    context.progress({ stage: 'self-check', fraction: 0.5 })
    const { model, tokenizer } = await models.open(path, context.threads)
    const check = await selfCheck(model, promptIds(tokenizer, SAMPLE_TEXT))
    const late = interrupted(context)
    if (late) return late
    await store(context, inspection, check)
    return { state: 'completed', result: check }
  } finally {
    await models.release()
  }
}

export const registerPipeline: Pipeline<Params> = {
  kind: 'model.register',
  parse: (params) => ModelRegisterParamsSchema.parse(params),
  run: register,
}
