// Sums over the tokens of one context, from which every figure of a self-check follows; sums of contexts add. Pure.
import type { SparseCode } from '../sparse.js'

/** What one context adds. Vectors are [d_out]. */
export interface ContextSums {
  readonly tokens: number
  /** Σ‖t − t̂‖² of what is to be reconstructed. */
  readonly error: number
  /** Σ‖t‖² and Σ t. */
  readonly squares: number
  readonly sum: Float64Array
  /** Σ (1 − ‖t − t̂‖² / ‖t − mean of the batch‖²). */
  readonly legacy: number
  /** Activations ≠ 0. */
  readonly active: number
  /** Σ‖x‖ of what the SAE reads. */
  readonly norms: number
  /** Predictions that count, and their summed losses in nats: unchanged, with the SAE, with zeros. */
  readonly predictions: number
  readonly clean: number
  readonly spliced: number
  readonly zero: number
}

/** Losses [batch, seq − 1] of the three runs. */
export interface RunLosses {
  readonly clean: Float32Array
  readonly spliced: Float32Array
  readonly zero: Float32Array
}

export interface MeasuredBatch {
  readonly batch: number
  readonly seq: number
  /** [batch · seq, d_in]. */
  readonly x: Float32Array
  /** [batch · seq, d_out], and what the SAE makes of it. */
  readonly target: Float32Array
  readonly reconstruction: Float32Array
  readonly code: SparseCode
  readonly losses: RunLosses
  readonly counted: (row: number) => boolean
}

/** Sums of each context of a batch; adds firings to `fired` [d_sae]. */
export function contextSums(measured: MeasuredBatch, fired: Float64Array): ContextSums[] {
  const { batch, seq } = measured
  const mean = meanOfCounted(measured)
  return Array.from({ length: batch }, (_, context) => {
    const rows = Array.from({ length: seq }, (_, i) => context * seq + i).filter(measured.counted)
    return { ...reconstructionSums(measured, rows, mean, fired), ...lossSums(measured, context) }
  })
}

const widthOf = ({ target, batch, seq }: MeasuredBatch): number => target.length / (batch * seq)

function meanOfCounted(measured: MeasuredBatch): Float64Array {
  const width = widthOf(measured)
  const mean = new Float64Array(width)
  let count = 0
  for (let row = 0; row < measured.batch * measured.seq; row++) {
    if (!measured.counted(row)) continue
    count++
    for (let i = 0; i < width; i++) mean[i]! += measured.target[row * width + i]!
  }
  return mean.map((value) => value / count)
}

function reconstructionSums(
  measured: MeasuredBatch,
  rows: readonly number[],
  mean: Float64Array,
  fired: Float64Array,
): Omit<ContextSums, 'predictions' | keyof RunLosses> {
  const { target, reconstruction, x, code, batch, seq } = measured
  const [width, dIn] = [widthOf(measured), x.length / (batch * seq)]
  const sum = new Float64Array(width)
  let [error, squares, legacy, active, norms] = [0, 0, 0, 0, 0]
  for (const row of rows) {
    let [rowError, deviation, norm] = [0, 0, 0]
    for (let i = 0; i < width; i++) {
      const value = target[row * width + i]!
      rowError += (value - reconstruction[row * width + i]!) ** 2
      deviation += (value - mean[i]!) ** 2
      squares += value * value
      sum[i]! += value
    }
    for (let i = row * dIn; i < (row + 1) * dIn; i++) norm += x[i]! * x[i]!
    error += rowError
    legacy += 1 - rowError / deviation
    norms += Math.sqrt(norm)
    for (let i = row * code.k; i < (row + 1) * code.k; i++) {
      if (code.values[i] === 0) continue
      active++
      fired[code.indices[i]!]!++
    }
  }
  return { tokens: rows.length, error, squares, sum, legacy, active, norms }
}

/** Whether a prediction counts depends on the token it is made at. */
function lossSums(measured: MeasuredBatch, context: number): Pick<ContextSums, 'predictions' | keyof RunLosses> {
  const { seq, losses, counted } = measured
  let [predictions, clean, spliced, zero] = [0, 0, 0, 0]
  for (let t = 0; t + 1 < seq; t++) {
    if (!counted(context * seq + t)) continue
    const at = context * (seq - 1) + t
    predictions++
    clean += losses.clean[at]!
    spliced += losses.spliced[at]!
    zero += losses.zero[at]!
  }
  return { predictions, clean, spliced, zero }
}

/** a + sign · b. */
export function combine(a: ContextSums, b: ContextSums, sign: 1 | -1 = 1): ContextSums {
  const add = (name: Exclude<keyof ContextSums, 'sum'>): number => a[name] + sign * b[name]
  return {
    ...{ tokens: add('tokens'), error: add('error'), squares: add('squares'), legacy: add('legacy') },
    ...{ active: add('active'), norms: add('norms'), predictions: add('predictions') },
    ...{ clean: add('clean'), spliced: add('spliced'), zero: add('zero') },
    sum: a.sum.map((value, i) => value + sign * b.sum[i]!),
  }
}
