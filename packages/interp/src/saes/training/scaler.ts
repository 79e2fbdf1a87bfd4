// Normalisations that the trainer applies to whole batches (`expected_average_only_in`, `covariance_whitening`): statistics taken
// before the first step, later folded into the weights (fold.ts).
import { symmetricEigen } from './math/eigen.js'
import { type Floats, squareSum } from './math/linear.js'

/** x → (x − mean) · matrix, x → s · x, or x → s ∘ x with a factor per dimension. */
export type Scaler =
  | { readonly kind: 'scale'; readonly scale: number }
  /** One factor per site of a crosscoder, repeated over its dimensions: [d]. */
  | { readonly kind: 'sites'; readonly scales: Float64Array }
  | {
      readonly kind: 'whitening'
      /** [d]. */
      readonly mean: Float64Array
      /** M [d, d] and its inverse. */
      readonly matrix: Float64Array
      readonly inverse: Float64Array
    }

/** Smallest variance that whitening divides by. */
const WHITENING_EPS = 1e-3

/** s = √d / mean ‖x‖ over the tokens of x [tokens, d]. */
export function expectedAverageScaler(x: Floats, d: number): Scaler {
  const tokens = x.length / d
  let norms = 0
  for (let t = 0; t < tokens; t++) norms += Math.sqrt(squareSum(x.subarray(t * d, (t + 1) * d)))
  return { kind: 'scale', scale: Math.sqrt(d) / (norms / tokens) }
}

/** The factor of {@link expectedAverageScaler} of each site by itself: sites differ in norm by orders of magnitude, and the largest would drown the others. */
export function siteScaler(x: Floats, siteWidths: readonly number[]): Scaler {
  const d = siteWidths.reduce((sum, width) => sum + width, 0)
  const scales = new Float64Array(d)
  let first = 0
  for (const width of siteWidths) {
    let norms = 0
    for (let at = first; at < x.length; at += d) norms += Math.sqrt(squareSum(x.subarray(at, at + width)))
    scales.fill(Math.sqrt(width) / (norms / (x.length / d)), first, first + width)
    first += width
  }
  return { kind: 'sites', scales }
}

/** ZCA-free whitening: covariance C = E diag(l) Eᵀ with n − 1, M = E diag(max(l, 0) + 1e-3)^(−1/2). */
export function whiteningScaler(x: Floats, d: number): Scaler {
  const tokens = x.length / d
  const mean = new Float64Array(d)
  for (let at = 0; at < x.length; at++) mean[at % d]! += x[at]! / tokens
  const covariance = new Float64Array(d * d)
  for (let t = 0; t < tokens; t++) {
    for (let i = 0; i < d; i++) {
      const deviation = (x[t * d + i]! - mean[i]!) / (tokens - 1)
      for (let j = 0; j < d; j++) covariance[i * d + j]! += deviation * (x[t * d + j]! - mean[j]!)
    }
  }
  const { values, vectors } = symmetricEigen(covariance)
  const deviations = values.map((value) => Math.sqrt(Math.max(value, 0) + WHITENING_EPS))
  const matrix = vectors.map((value, at) => value / deviations[at % d]!)
  const inverse = new Float64Array(d * d)
  for (let i = 0; i < d; i++) for (let k = 0; k < d; k++) inverse[k * d + i] = vectors[i * d + k]! * deviations[k]!
  return { kind: 'whitening', mean, matrix, inverse }
}

/** What the SAE sees of x [tokens, d]; rounded to float32, as the trainer does, when x is. */
export function scaled<T extends Floats>(scaler: Scaler, x: T): T
export function scaled(scaler: Scaler, x: Floats): Floats {
  const out = x instanceof Float32Array ? new Float32Array(x.length) : new Float64Array(x.length)
  if (scaler.kind === 'scale') {
    for (let at = 0; at < x.length; at++) out[at] = x[at]! * scaler.scale
    return out
  }
  if (scaler.kind === 'sites') {
    const { scales } = scaler
    for (let at = 0; at < x.length; at++) out[at] = x[at]! * scales[at % scales.length]!
    return out
  }
  const { mean, matrix } = scaler
  const d = mean.length
  const row = new Float64Array(d)
  for (let first = 0; first < x.length; first += d) {
    row.fill(0)
    for (let i = 0; i < d; i++) {
      const deviation = x[first + i]! - mean[i]!
      for (let j = 0; j < d; j++) row[j]! += deviation * matrix[i * d + j]!
    }
    out.set(row, first)
  }
  return out
}
