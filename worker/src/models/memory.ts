// What a model needs of this process's memory, as interp estimates it: refused before it is loaded, shown for every precision.
import { AppError, type ModelMemory, type PrecisionMemory } from '@mistudio/contracts'
import { type ExportSize, estimateExportMemory, requireExportMemory } from '@mistudio/interp/exports'
import {
  cachedActivations,
  estimateRunMemory,
  ModelError,
  type ModelPlan,
  PRECISIONS,
  type Precision,
  type RunnableModel,
  requirePrecision,
  requireMemory as requireRunMemory,
} from '@mistudio/interp/models'
import { runtime } from '../runtime/index.js'
import { availableMemory } from './available-memory.js'

export interface RunSize {
  readonly precision: Precision
  readonly batch: number
  readonly seq: number
  /** Whether logits of every position are asked for. */
  readonly logits: boolean
}

const shapeOf = ({ precision, batch, seq, logits }: RunSize) =>
  ({ precision, batch, context: seq, logits: logits ? 'all' : 'none', cache: false }) as const

/** What memory is estimated from: the plan and, of an ONNX export, what its file takes. */
export interface MemorySubject {
  readonly plan: ModelPlan
  readonly size?: ExportSize
}

const estimateOf = ({ plan, size }: MemorySubject, run: RunSize) =>
  size ? estimateExportMemory(plan, size, shapeOf(run)) : estimateRunMemory(plan, shapeOf(run))

/** Bytes that a forward pass of this size needs beyond the process as it is. */
export function runBytes(subject: MemorySubject, run: RunSize): number {
  const { total, overhead } = estimateOf(subject, run)
  return total - overhead
}

/**
 * @param available bytes that this process can still get.
 * @throws ModelError `out_of_memory` with the figures and what to change.
 */
export function requireMemory({ plan, size }: MemorySubject, run: RunSize, available = availableMemory()): void {
  if (size) requireExportMemory(plan, size, shapeOf(run), available)
  else requireRunMemory(plan, shapeOf(run), available)
}

/** Tokens of the text that a model is checked on, and must have memory for once it is opened. */
const TEXT_TOKENS = 256

/** The pass that a freshly opened model must have memory for. */
export const textOf = (plan: ModelPlan, precision: Precision): RunSize => ({
  precision,
  batch: 1,
  logits: true,
  seq: Math.min(TEXT_TOKENS, plan.spec.maxPositions),
})

/**
 * What writing `rows` texts of up to `context` tokens takes beside the weights of an opened model.
 * @throws AppError `out_of_memory` with the figures and what to change.
 */
export function requireWritingRoom(
  plan: ModelPlan,
  { precision, cached }: Pick<RunnableModel, 'precision' | 'cached'>,
  rows: number,
  context: number,
): void {
  const shape = { precision, batch: rows, context, logits: cached ? 'last' : 'all', cache: cached } as const
  const { kv, activations, logits } = estimateRunMemory(plan, shape)
  const [needed, available] = [kv + activations + logits, availableMemory()]
  if (needed <= available) return
  const [asked, free] = [needed, available].map((bytes) => `${(bytes / 2 ** 30).toFixed(2)} GiB`)
  const advice =
    precision === 'int4' || !cached ? '' : `, or load the model in ${precision === 'int8' ? 'int4' : 'int8 or int4'}`
  throw new AppError(
    'out_of_memory',
    `Writing ${rows} × ${context} tokens needs about ${asked} beside the model (${precision}), and ${free} are free. Take fewer tokens or strengths${advice}.`,
    { needed, available },
  )
}

/** Why a precision cannot be used here; null: it can. */
function unavailable(precision: Precision): string | null {
  try {
    requirePrecision(precision, runtime.name)
    return null
  } catch (error) {
    if (error instanceof ModelError) return error.message
    throw error
  }
}

/** Of generation: with a cache and the logits of each row's last token. */
function precisionMemory(plan: ModelPlan, precision: Precision): PrecisionMemory {
  const estimate = estimateRunMemory(plan, { precision, batch: 1, context: 1, logits: 'last', cache: true })
  const { fixed, perToken, perPair } = cachedActivations(plan)
  return {
    precision,
    weights: estimate.weights + estimate.loading,
    kvPerToken: estimate.kv,
    activationsPerToken: perToken,
    scoresPerPair: perPair,
    firstRun: fixed,
    logitsPerRow: estimate.logits,
    toLoad: runBytes({ plan }, textOf(plan, precision)),
    unavailable: unavailable(precision),
  }
}

/** What each precision takes, beside what this process can still get. */
export const modelMemory = (plan: ModelPlan): ModelMemory => ({
  available: availableMemory(),
  precisions: PRECISIONS.map((precision) => precisionMemory(plan, precision)),
})

/** The same for an ONNX export, which runs as it was written and without a cache. */
export function exportMemory(plan: ModelPlan, size: ExportSize): ModelMemory {
  const { available, precisions } = modelMemory(plan)
  const reason = 'An ONNX export runs as it was written; its precision cannot be chosen.'
  const { weights, loading } = estimateExportMemory(plan, size, { batch: 1, context: 1, logits: 'last' })
  const toLoad = runBytes({ plan, size }, textOf(plan, 'float32'))
  const own = precisions.map((entry) =>
    entry.precision === 'float32'
      ? { ...entry, weights: weights + loading, kvPerToken: 0, toLoad }
      : { ...entry, unavailable: reason },
  )
  return { available, precisions: own }
}
