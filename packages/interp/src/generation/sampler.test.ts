import { describe, expect, it } from 'vitest'
import { createRandom } from './random.js'
import { GREEDY, type SamplingOptions, sampleToken } from './sampler.js'

const LOGITS = Float32Array.from([1, 3, 0, 2, -1])
const PROBABILITIES = (() => {
  const weights = Array.from(LOGITS, Math.exp)
  const total = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / total)
})()
const OPEN: SamplingOptions = { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1 }

function frequencies(options: SamplingOptions, draws = 20_000): number[] {
  const random = createRandom(11)
  const counts = new Array<number>(LOGITS.length).fill(0)
  for (let i = 0; i < draws; i++) counts[sampleToken(LOGITS, options, new Set(), random).token]!++
  return counts.map((count) => count / draws)
}

describe('sampler', () => {
  it('draws each token with its softmax probability, sharpened by temperature', () => {
    for (const [token, share] of frequencies(OPEN).entries()) expect(share).toBeCloseTo(PROBABILITIES[token]!, 1.9)
    const sharp = PROBABILITIES.map((p) => p ** 2)
    const total = sharp.reduce((a, b) => a + b)
    for (const [token, share] of frequencies({ ...OPEN, temperature: 0.5 }).entries())
      expect(share).toBeCloseTo(sharp[token]! / total, 1.9)
  })

  it('keeps only the k likeliest, or the smallest set that reaches p', () => {
    const top2 = frequencies({ ...OPEN, topK: 2 })
    expect(top2.map((share) => share > 0)).toEqual([false, true, false, true, false])
    expect(top2[1]).toBeCloseTo(PROBABILITIES[1]! / (PROBABILITIES[1]! + PROBABILITIES[3]!), 1.9)
    const reached = PROBABILITIES[1]! + PROBABILITIES[3]!
    expect(frequencies({ ...OPEN, topP: reached - 0.01 }).filter((share) => share > 0)).toHaveLength(2)
    expect(frequencies({ ...OPEN, topP: reached + 0.01 }).filter((share) => share > 0)).toHaveLength(3)
    expect(frequencies({ ...OPEN, topP: 0.01 })[1]).toBe(1)
  })

  it('keeps the same tokens as sorting a whole large vocabulary does', () => {
    const source = createRandom(4)
    const logits = Float32Array.from({ length: 600 }, () => Math.round(40 * source.next()) / 4 - 5)
    const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b)
    const weights = order.map((id) => Math.exp(logits[id]! / 0.8))
    const total = weights.reduce((a, b) => a + b)
    for (const options of [{ topK: 50 }, { topP: 0.6 }, { topK: 300, topP: 0.5 }]) {
      const { topK, topP } = { ...OPEN, ...options }
      const pool = topK > 0 ? weights.slice(0, topK) : weights
      const mass = topK > 0 ? pool.reduce((a, b) => a + b) : total
      let kept = 0
      for (let sum = 0; kept < pool.length && (topP === 1 || sum < topP * mass); kept++) sum += pool[kept]!
      const allowed = new Set(order.slice(0, kept))
      const random = createRandom(1)
      const drawn = new Set<number>()
      for (let i = 0; i < 800; i++) {
        drawn.add(sampleToken(logits, { ...OPEN, temperature: 0.8, ...options }, new Set(), random).token)
      }
      expect([...drawn].every((token) => allowed.has(token))).toBe(true)
      if (kept <= 50) expect(drawn.size).toBe(kept)
      else expect(drawn.size).toBeGreaterThan(kept / 4)
    }
  })

  it('is greedy at temperature 0 and moves away from repeated tokens under a penalty', () => {
    const random = createRandom(0)
    expect(sampleToken(LOGITS, GREEDY, new Set(), random)).toEqual({
      token: 1,
      logprob: expect.closeTo(Math.log(PROBABILITIES[1]!), 6),
    })
    expect(sampleToken(LOGITS, { ...GREEDY, repetitionPenalty: 2 }, new Set([1]), random).token).toBe(3)
    const negative = Float32Array.from([-1, -1.5])
    expect(sampleToken(negative, { ...GREEDY, repetitionPenalty: 2 }, new Set([0]), random).token).toBe(1)
  })

  it('repeats itself for a seed and differs between seeds, uniformly over [0, 1)', () => {
    const numbers = (seed: number) => {
      const random = createRandom(seed)
      return Array.from({ length: 20_000 }, () => random.next())
    }
    expect(numbers(5)).toEqual(numbers(5))
    expect(numbers(5).slice(0, 4)).not.toEqual(numbers(6).slice(0, 4))
    const bins = new Array<number>(10).fill(0)
    for (const number of numbers(5)) bins[Math.floor(number * 10)]!++
    for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(200)
  })
})
