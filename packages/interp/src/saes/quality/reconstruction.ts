// Quality of reconstructions as SAELens's evals compute it: one pure function over batches held in memory. Streaming figures of a
// running evaluation are in ../metrics.ts.

/** Kept tokens of one batch, row-major. */
export interface QualityBatch {
  readonly tokens: number
  /** [tokens, d_in]. */
  readonly x: ArrayLike<number>
  /** Reconstruction, [tokens, d_in]. */
  readonly y: ArrayLike<number>
  /** [tokens, d_sae]. */
  readonly acts: ArrayLike<number>
}

export interface Quality {
  /** Mean ‖x‖ and ‖y‖ over tokens. */
  readonly l2NormIn: number
  readonly l2NormOut: number
  /** Mean ‖y‖ / ‖x‖ over tokens. */
  readonly l2Ratio: number
  /** E‖y‖² / E⟨x, y⟩ of each batch, mean over batches: 1 when reconstructions are not shrunk. */
  readonly relativeReconstructionBias: number
  /** Mean count of activations ≠ 0. */
  readonly l0: number
  /** Mean Σ |a|. */
  readonly l1: number
  /** Mean over tokens of 1 − ‖x − y‖² / ‖x − mean of its batch‖². */
  readonly explainedVarianceLegacy: number
  /** Standard deviation over tokens (n − 1) of the same. */
  readonly explainedVarianceLegacyStd: number
  /** Mean ‖x − y‖², summed over d_in. */
  readonly mse: number
  /** Mean cosine of x and y. */
  readonly cossim: number
  /** 1 − mse / (E‖x‖² − ‖E x‖²) over all tokens. */
  readonly explainedVariance: number
  /** 1 − explainedVariance. */
  readonly fvu: number
}

/** Figures over all batches. @throws Error when there is no token. */
export function reconstructionQuality(batches: readonly QualityBatch[]): Quality {
  const rows: TokenFigures[] = []
  const biases: number[] = []
  const width = batches.length > 0 ? batches[0]!.x.length / batches[0]!.tokens : 0
  const sum = new Float64Array(width)
  for (const batch of batches.filter(({ tokens }) => tokens > 0)) {
    const own = tokenFigures(batch, sum)
    rows.push(...own)
    biases.push(mean(own, (row) => row.yy) / mean(own, (row) => row.xy))
  }
  if (rows.length === 0) throw new Error('There is no token to measure.')
  const mse = mean(rows, (row) => row.error)
  const centre = sum.reduce((total, value) => total + (value / rows.length) ** 2, 0)
  const explainedVariance = 1 - mse / (mean(rows, (row) => row.xx) - centre)
  const legacy = (row: TokenFigures) => 1 - row.error / row.deviation
  const explainedVarianceLegacy = mean(rows, legacy)
  const spread = rows.reduce((total, row) => total + (legacy(row) - explainedVarianceLegacy) ** 2, 0)
  return {
    l2NormIn: mean(rows, (row) => Math.sqrt(row.xx)),
    l2NormOut: mean(rows, (row) => Math.sqrt(row.yy)),
    l2Ratio: mean(rows, (row) => Math.sqrt(row.yy / row.xx)),
    relativeReconstructionBias: biases.reduce((total, bias) => total + bias, 0) / biases.length,
    l0: mean(rows, (row) => row.active),
    l1: mean(rows, (row) => row.sum),
    explainedVarianceLegacy,
    explainedVarianceLegacyStd: Math.sqrt(spread / (rows.length - 1)),
    mse,
    cossim: mean(rows, (row) => row.xy / Math.sqrt(row.xx * row.yy)),
    explainedVariance,
    fvu: 1 - explainedVariance,
  }
}

/** Sums of one token. */
interface TokenFigures {
  readonly xx: number
  readonly yy: number
  readonly xy: number
  readonly error: number
  /** ‖x − mean of the batch‖². */
  readonly deviation: number
  readonly active: number
  readonly sum: number
}

const mean = (rows: readonly TokenFigures[], value: (row: TokenFigures) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0) / rows.length

/** Adds the batch's activations to `sum` [d_in]. */
function tokenFigures({ tokens, x, y, acts }: QualityBatch, sum: Float64Array): TokenFigures[] {
  const [d, dSae] = [x.length / tokens, acts.length / tokens]
  const centre = new Float64Array(d)
  for (let at = 0; at < x.length; at++) centre[at % d]! += x[at]! / tokens
  for (let i = 0; i < d; i++) sum[i]! += centre[i]! * tokens
  return Array.from({ length: tokens }, (_, t) => {
    let [xx, yy, xy, error, deviation, active, total] = [0, 0, 0, 0, 0, 0, 0]
    for (let i = 0; i < d; i++) {
      const [a, b] = [x[t * d + i]!, y[t * d + i]!]
      xx += a * a
      yy += b * b
      xy += a * b
      error += (a - b) ** 2
      deviation += (a - centre[i]!) ** 2
    }
    for (let j = t * dSae; j < (t + 1) * dSae; j++) {
      if (acts[j] !== 0) active++
      total += Math.abs(acts[j]!)
    }
    return { xx, yy, xy, error, deviation, active, sum: total }
  })
}
