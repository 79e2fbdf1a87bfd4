// Pipelines for the supervisor's own tests, loaded by the runner through MISTUDIO_REGISTRY. Each does one thing a real one may do.
import { AppError, type JobKind } from '@mistudio/contracts'
import { z } from 'zod'
import type { AnyPipeline } from '../../registry.js'
import type { JobContext, Outcome } from '../../runner/context.js'

const ParamsSchema = z.object({
  act: z.enum(['complete', 'refuse', 'count', 'deaf', 'hog', 'poison', 'late-poison', 'frail', 'odd-text']),
  steps: z.int().default(10),
  pauseMs: z.int().default(20),
})
/** What a model may well write, and jsonb refuses: U+0000 and half of a surrogate pair. */
const ODD_TEXT = 'a\u0000b\ud800c'

type Params = z.infer<typeof ParamsSchema>
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Counts to `steps`, one metric row a step, and keeps its place in the training's `step` column: a checkpoint in small. */
const count = async (context: JobContext<Params>): Promise<Outcome<unknown>> => {
  const { params, subjectId } = context.job
  const { rows } = await context.db.query<{ step: number }>('SELECT step FROM training WHERE id = $1', [subjectId])
  for (let step = rows[0]?.step ?? 0; step < params.steps; step++) {
    const wanted = context.control()
    if (wanted === 'pause') return { state: 'paused' }
    if (wanted === 'suspend') return { state: 'suspended' }
    if (wanted === 'cancel') return { state: 'cancelled' }
    context.metrics(step, { loss: 1 / (step + 1) })
    context.progress({ stage: 'counting', fraction: step / params.steps, done: step, total: params.steps })
    await pause(params.pauseMs)
    if (step % 5 !== 4) continue
    await context.flush()
    await context.commit((tx) => tx.query('UPDATE training SET step = $2 WHERE id = $1', [subjectId, step + 1]))
  }
  return { state: 'completed', result: { counted: params.steps } }
}

/** Does all its work again, and dies in a last stage that counts nothing. */
const latePoison = async (context: JobContext<Params>): Promise<Outcome<unknown>> => {
  const total = context.job.params.steps
  context.progress({ stage: 'opening', fraction: null })
  await context.flush()
  context.progress({ stage: 'counting', fraction: 1, done: total, total })
  await context.flush()
  context.progress({ stage: 'ending', fraction: null })
  await context.flush()
  return process.exit(137)
}

/** Comes one step further, keeps it, and dies; in every attempt but the last. */
const frail = async (context: JobContext<Params>): Promise<Outcome<unknown>> => {
  const { params, subjectId } = context.job
  const { rows } = await context.db.query<{ step: number }>('SELECT step FROM training WHERE id = $1', [subjectId])
  const done = (rows[0]?.step ?? 0) + 1
  context.progress({ stage: 'opening', fraction: null })
  await context.flush()
  if (done > params.steps) return { state: 'completed', result: { counted: params.steps } }
  context.progress({ stage: 'counting', fraction: done / params.steps, done, total: params.steps })
  await context.flush()
  await context.commit((tx) => tx.query('UPDATE training SET step = $2 WHERE id = $1', [subjectId, done]))
  return process.exit(137)
}

const act = async (context: JobContext<Params>): Promise<Outcome<unknown>> => {
  switch (context.job.params.act) {
    case 'complete':
      return { state: 'completed', result: { attempt: context.job.attempt } }
    case 'refuse':
      throw new AppError('dataset_invalid', 'Line 7 is broken.', { line: 7 })
    case 'count':
      return count(context)
    case 'odd-text':
      context.event('tokens', { text: ODD_TEXT })
      return { state: 'completed', result: { text: ODD_TEXT } }
    case 'deaf':
      for (;;) await pause(1000)
    case 'hog':
      // Nothing else of this process runs any more: no message is heard, no report sent.
      for (;;) Math.random()
    case 'poison':
      return process.exit(137)
    case 'late-poison':
      return latePoison(context)
    case 'frail':
      return frail(context)
  }
}

export const loadPipeline = async (kind: JobKind): Promise<AnyPipeline> => {
  const pipeline = { kind, parse: (params: unknown) => ParamsSchema.parse(params), run: act }
  return pipeline as unknown as AnyPipeline
}
