// Explained variance of one batch, in the two forms that SAELens logs.
import type { Floats } from './linear.js'

/**
 * `[1 − E‖x − y‖² / (E‖x‖² − ‖E x‖²), E(1 − ‖x − y‖² / ‖x − E x‖²)]` for x and reconstruction y [tokens, d]; E is the mean over tokens.
 */
export function explainedVariances(x: Floats, y: Floats, tokens: number): [number, number] {
  const d = x.length / tokens
  const mean = new Float64Array(d)
  for (let at = 0; at < x.length; at++) mean[at % d]! += x[at]! / tokens
  let [error, deviation, legacy] = [0, 0, 0]
  for (let t = 0; t < tokens; t++) {
    let [tokenError, tokenDeviation] = [0, 0]
    for (let i = 0; i < d; i++) {
      tokenError += (x[t * d + i]! - y[t * d + i]!) ** 2
      tokenDeviation += (x[t * d + i]! - mean[i]!) ** 2
    }
    error += tokenError
    deviation += tokenDeviation
    legacy += (1 - tokenError / tokenDeviation) / tokens
  }
  return [1 - error / deviation, legacy]
}
