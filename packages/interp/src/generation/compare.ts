// How far a changed model is from the plain one on the same text: KL divergence and perplexity.
import { logSumExp } from './logprobs.js'

/** KL(p ‖ q) in nats between the distributions of two rows of logits. */
export function klDivergence(p: Float32Array, q: Float32Array): number {
  const normP = logSumExp(p)
  const normQ = logSumExp(q)
  let sum = 0
  for (let i = 0; i < p.length; i++) {
    const logP = p[i]! - normP
    const probability = Math.exp(logP)
    if (probability > 0) sum += probability * (logP - (q[i]! - normQ))
  }
  return Math.max(0, sum)
}

/** Mean KL(p ‖ q) in nats over positions `from` ≤ t < `to` of two [seq, vocab] logit matrices; null without positions. */
export function meanKl(p: Float32Array, q: Float32Array, vocab: number, from: number, to: number): number | null {
  let sum = 0
  for (let t = from; t < to; t++) {
    sum += klDivergence(p.subarray(t * vocab, (t + 1) * vocab), q.subarray(t * vocab, (t + 1) * vocab))
  }
  return to > from ? sum / (to - from) : null
}

/** exp of the mean of losses `from` ≤ t < `to` in nats; null without positions. */
export function perplexity(losses: Float32Array, from: number, to: number): number | null {
  let sum = 0
  for (let t = from; t < to; t++) sum += losses[t]!
  return to > from ? Math.exp(sum / (to - from)) : null
}
