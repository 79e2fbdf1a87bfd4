import { describe, expect, it } from 'vitest'
import { klDivergence, meanKl, perplexity } from './compare.js'

const logits = (...probabilities: number[]): Float32Array => Float32Array.from(probabilities, (p) => Math.log(p) + 3)

describe('comparing models', () => {
  it('computes KL by its definition, in its direction, with zero probabilities', () => {
    const p = logits(0.5, 0.25, 0.25)
    const q = logits(0.25, 0.25, 0.5)
    const expected = 0.5 * Math.log(2) + 0.25 * Math.log(0.5)
    expect(klDivergence(p, q)).toBeCloseTo(expected, 6)
    expect(klDivergence(p, p)).toBe(0)
    expect(klDivergence(logits(1, 0), logits(0.5, 0.5))).toBeCloseTo(Math.log(2), 6)
    expect(klDivergence(logits(0.9, 0.1), logits(0.5, 0.5))).not.toBeCloseTo(
      klDivergence(logits(0.5, 0.5), logits(0.9, 0.1)),
      3,
    )
  })

  it('averages over the asked positions only, and says null for none', () => {
    const p = Float32Array.from([...logits(0.9, 0.1), ...logits(1, 0), ...logits(0.5, 0.5)])
    const q = Float32Array.from([...logits(0.1, 0.9), ...logits(0.5, 0.5), ...logits(0.5, 0.5)])
    expect(meanKl(p, q, 2, 1, 3)).toBeCloseTo(Math.log(2) / 2, 6)
    expect(meanKl(p, q, 2, 2, 2)).toBeNull()
    expect(perplexity(Float32Array.from([9, Math.log(2), Math.log(8)]), 1, 3)).toBeCloseTo(4, 5)
    expect(perplexity(new Float32Array(0), 0, 0)).toBeNull()
  })
})
