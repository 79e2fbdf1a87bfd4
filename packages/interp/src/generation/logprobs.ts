// Log probabilities of a row of logits: its normaliser and its best entries.
import { expMinus } from './exp.js'

export interface TokenLogprob {
  readonly token: number
  /** Nats. */
  readonly logprob: number
}

/** The largest logit; -Infinity for none. */
export function maximum(logits: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logits.length; i++) if (logits[i]! > max) max = logits[i]!
  return max
}

/** log sum exp of logits. */
export function logSumExp(logits: Float32Array): number {
  const max = maximum(logits)
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += expMinus(max - logits[i]!)
  return max + Math.log(sum)
}

/**
 * The `count` likeliest tokens, likeliest first and lower id on ties. `norm` is the row's log sum exp. One pass: nearly all entries are
 * turned away by a comparison with the worst kept one.
 */
export function likeliestTokens(logits: Float32Array, norm: number, count: number): TokenLogprob[] {
  const best: number[] = []
  let worst = Number.NEGATIVE_INFINITY
  for (let token = 0; token < logits.length && count > 0; token++) {
    const logit = logits[token]!
    if (best.length === count && !(logit > worst)) continue
    let at = best.length
    while (at > 0 && logits[best[at - 1]!]! < logit) at--
    best.splice(at, 0, token)
    if (best.length > count) best.pop()
    worst = logits[best.at(-1)!]!
  }
  return best.map((token) => ({ token, logprob: logits[token]! - norm }))
}
