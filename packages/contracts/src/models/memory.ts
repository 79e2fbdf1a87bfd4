// What a model takes in memory at each precision, and what a run of a given size takes of it. The estimate is linear in the tokens of
// a run but for the scores of attention, which grow with the square of the context.
import { z } from 'zod'
import { AppError } from '../common/errors.js'
import { type Precision, PrecisionSchema } from '../common/precision.js'

/** Bytes. */
export const PrecisionMemorySchema = z.object({
  precision: PrecisionSchema,
  /** Weights with what loading them leaves behind. */
  weights: z.number(),
  /** Keys and values of one token. */
  kvPerToken: z.number(),
  /** Activations of one token of a batch. */
  activationsPerToken: z.number(),
  /** Scores of attention for one pair of tokens of a row. */
  scoresPerPair: z.number(),
  /** What the first run takes whatever its size. */
  firstRun: z.number(),
  /** Next-token logits of one row. */
  logitsPerRow: z.number(),
  /** All that loading it and checking it on a short text takes: less free memory refuses it. */
  toLoad: z.number(),
  /** Why it cannot be chosen here; null: it can. */
  unavailable: z.string().nullable(),
})
export type PrecisionMemory = z.infer<typeof PrecisionMemorySchema>

export const ModelMemorySchema = z.object({
  /** Bytes that a worker process can still get, at the time of the question. */
  available: z.number(),
  precisions: z.array(PrecisionMemorySchema),
})
export type ModelMemory = z.infer<typeof ModelMemorySchema>

export interface MemoryOfRun {
  readonly weights: number
  readonly kv: number
  readonly activations: number
  readonly logits: number
  readonly total: number
}

/** Bytes that generating with `batch` rows of `context` tokens takes beyond the process itself. */
export function memoryOfRun(memory: PrecisionMemory, batch: number, context: number): MemoryOfRun {
  const parts = {
    weights: memory.weights,
    kv: memory.kvPerToken * batch * context,
    activations: memory.firstRun + (memory.activationsPerToken + memory.scoresPerPair * context) * batch * context,
    logits: memory.logitsPerRow * batch,
  }
  return { ...parts, total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) }
}

export interface RunSize {
  readonly batch: number
  /** Tokens per row. */
  readonly context: number
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`

/** Bytes that must be free for a run at a precision; without a run, for loading the model and its checks. */
const needed = (memory: PrecisionMemory, run: RunSize | null): number =>
  run ? Math.max(memory.toLoad, memoryOfRun(memory, run.batch, run.context).total) : memory.toLoad

/**
 * Why a model cannot be had at a precision, for a run or (null) at all: it is not computed here, or the memory does not suffice, with
 * what would help. Null when it can.
 */
export function precisionProblem(memory: ModelMemory, precision: Precision, run: RunSize | null): AppError | null {
  const asked = memory.precisions.find((one) => one.precision === precision)
  if (!asked) return new AppError('model_unsupported', `The worker knows no precision ${precision}.`)
  if (asked.unavailable !== null) return new AppError('model_unsupported', asked.unavailable)
  const total = needed(asked, run)
  if (total <= memory.available) return null
  const fitting = memory.precisions
    .filter((one) => one.unavailable === null && needed(one, run) <= memory.available)
    .map((one) => one.precision)
  const smaller = run ? 'a smaller batch or context' : 'a smaller model'
  const advice =
    fitting.length > 0 ? `Choose ${fitting.join(' or ')}, or ${smaller}` : `Choose ${smaller}, or free some memory`
  const work = run ? `Running ${run.batch} × ${run.context} tokens` : 'Loading the model'
  return new AppError(
    'out_of_memory',
    `${work} in ${precision} needs about ${gib(total)}, and ${gib(memory.available)} are free. ${advice}.`,
    { needed: total, available: memory.available, fitting },
  )
}
