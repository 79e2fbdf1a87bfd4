// Normalisation of each token at run time (`normalize_activations` of SAELens), and its inverse. The kinds that the trainer applies
// to whole batches are in scaler.ts.
import type { ActivationNormalisation } from '../cfg.js'
import { type Floats, squareSum } from './linear.js'

/** Normalised activations; an output y is brought back as y · scale + shift. */
export interface Normalised {
  /** [tokens, d_in]. */
  readonly z: Float64Array
  /** Per token. */
  readonly scale: Float64Array
  readonly shift: Float64Array
}

/** Added to the standard deviation by layer_norm; not on the way back. */
const LAYER_NORM_EPS = 1e-5

/**
 * `layer_norm`: (x − mean) / (s + 1e-5), s the standard deviation with n − 1. `constant_norm_rescale`: x √d_in / ‖x‖. All other kinds
 * leave x as it is, `expected_average_only_in` and `covariance_whitening` because they are folded into the weights.
 */
export function normaliseTokens(kind: ActivationNormalisation, x: Floats, tokens: number): Normalised {
  const d = x.length / tokens
  const z = Float64Array.from(x)
  const scale = new Float64Array(tokens).fill(1)
  const shift = new Float64Array(tokens)
  if (kind !== 'layer_norm' && kind !== 'constant_norm_rescale') return { z, scale, shift }
  for (let t = 0; t < tokens; t++) {
    const row = z.subarray(t * d, (t + 1) * d)
    if (kind === 'constant_norm_rescale') {
      const factor = Math.sqrt(d) / Math.sqrt(squareSum(row))
      scale[t] = 1 / factor
      for (let i = 0; i < d; i++) row[i]! *= factor
      continue
    }
    const mean = row.reduce((sum, value) => sum + value, 0) / d
    for (let i = 0; i < d; i++) row[i]! -= mean
    const deviation = Math.sqrt(squareSum(row) / (d - 1))
    for (let i = 0; i < d; i++) row[i]! /= deviation + LAYER_NORM_EPS
    scale[t] = deviation
    shift[t] = mean
  }
  return { z, scale, shift }
}

/** y [tokens, d] · scale + shift. */
export function unnormalise(y: Floats, { scale, shift }: Normalised, tokens: number): Float64Array {
  const d = y.length / tokens
  return Float64Array.from(y, (value, i) => value * scale[Math.floor(i / d)]! + shift[Math.floor(i / d)]!)
}
