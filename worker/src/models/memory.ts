// Whether a model fits into memory before it is loaded, so that a model too large is refused instead of the process being killed.
import { AppError } from '@mistudio/contracts'
import { countParameters, estimateMemory, type ModelPlan, planTensors } from '@mistudio/interp'
import { availableMemory } from './available-memory.js'

/** Weights up to this size are stored in the session (see interp's sessions.ts): the graph's bytes, the runtime's copy and its packed form. */
const STORED_LIMIT = 2 ** 28
const STORED_COPIES = 3
/** Larger ones exist once, with what the runtime lays out for itself and one tensor at a time on its way from the file. */
const FED_COPIES = 1.2

export interface RunSize {
  readonly batch: number
  readonly seq: number
  /** Whether logits of every position are asked for. */
  readonly logits: boolean
}

export interface RunMemory {
  readonly weights: number
  readonly activations: number
  readonly logits: number
  readonly total: number
}

/** Bytes of a float32 model with one session, and of one forward pass. An estimate: without the allocator's slack. */
export function runMemory(plan: ModelPlan, { batch, seq, logits }: RunSize): RunMemory {
  const { total } = countParameters(planTensors(plan))
  const memory = estimateMemory(plan.spec, total)
  const tokens = batch * seq
  const parts = {
    weights: memory.weights * (memory.weights > STORED_LIMIT ? FED_COPIES : STORED_COPIES),
    activations: tokens * memory.activationsPerToken,
    logits: logits ? tokens * memory.logitsPerToken : 0,
  }
  return { ...parts, total: parts.weights + parts.activations + parts.logits }
}

const gigabytes = (bytes: number): string =>
  bytes < 1e8 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`

/**
 * @param available bytes that this process can still get.
 * @throws AppError `memory_insufficient` with the figures and what to change.
 */
export function requireMemory(plan: ModelPlan, size: RunSize, available = availableMemory()): void {
  const needed = runMemory(plan, size)
  if (needed.total <= available) return
  const pass = needed.activations + needed.logits
  const smaller =
    needed.weights <= available
      ? 'Take a smaller batch or a shorter context.'
      : 'Take a smaller model, free memory, or run on a machine with more.'
  throw new AppError(
    'memory_insufficient',
    `About ${gigabytes(needed.total)} of memory are needed (${gigabytes(needed.weights)} for the weights at fp32 with the session, ` +
      `${gigabytes(pass)} for a pass over ${size.batch} × ${size.seq} tokens), ${gigabytes(available)} are available. ${smaller}`,
    { ...needed, available },
  )
}
