import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/generator.js'
import { expMinus } from './exp.js'
import { likeliestTokens, logSumExp } from './logprobs.js'
import { GREEDY, Sampler, type SamplingOptions } from './sampler.js'

const LOGITS = Float32Array.from([1, 3, 0, 2, -1])
const PROBABILITIES = (() => {
  const weights = Array.from(LOGITS, Math.exp)
  const total = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / total)
})()
const OPEN: SamplingOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 }

const draw = (logits: Float32Array, options: SamplingOptions, seen: ReadonlySet<number>, random: Random) =>
  new Sampler(logits.length).sample(logits, { options, seen, random })

function frequencies(options: SamplingOptions, draws = 20_000): number[] {
  const random = createRandom(11)
  const counts = new Array<number>(LOGITS.length).fill(0)
  for (let i = 0; i < draws; i++) counts[draw(LOGITS, options, new Set(), random).token]!++
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
        drawn.add(draw(logits, { ...OPEN, temperature: 0.8, ...options }, new Set(), random).token)
      }
      expect([...drawn].every((token) => allowed.has(token))).toBe(true)
      if (kept <= 50) expect(drawn.size).toBe(kept)
      else expect(drawn.size).toBeGreaterThan(kept / 4)
    }
  })

  it('is greedy at temperature 0 and moves away from repeated tokens under a penalty', () => {
    const random = createRandom(0)
    expect(draw(LOGITS, GREEDY, new Set(), random)).toEqual({
      token: 1,
      logprob: expect.closeTo(Math.log(PROBABILITIES[1]!), 6),
      alternatives: [],
    })
    expect(draw(LOGITS, { ...GREEDY, repetitionPenalty: 2 }, new Set([1]), random).token).toBe(3)
    const negative = Float32Array.from([-1, -1.5])
    expect(draw(negative, { ...GREEDY, repetitionPenalty: 2 }, new Set([0]), random).token).toBe(1)
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

  it('draws token for token as a plain reference with every filter, over a large vocabulary with ties', () => {
    const source = createRandom(9)
    const logits = Float32Array.from({ length: 20_000 }, () => Math.round(64 * 9 * (source.next() ** 6 - 0.5)) / 64)
    const seen = new Set([3, 500, 19_999])
    const settings: Partial<SamplingOptions>[] = [
      {},
      { topK: 40 },
      { topK: 1 },
      { topK: 30_000, topP: 0.9 },
      { topP: 0.3 },
      { topP: 0.97, temperature: 1.7 },
      { minP: 0.02 },
      { minP: 1, temperature: 3 },
      { topK: 200, topP: 0.8, minP: 0.3, repetitionPenalty: 1.3, temperature: 0.6 },
      { topP: 0.9, minP: 0.1, repetitionPenalty: 0.7 },
    ]
    const sampler = new Sampler(logits.length)
    for (const setting of settings) {
      const options = { ...OPEN, ...setting }
      const [ours, theirs] = [createRandom(21), createRandom(21)]
      const tokens = Array.from({ length: 40 }, () => sampler.sample(logits, { options, seen, random: ours }).token)
      expect(tokens, JSON.stringify(setting)).toEqual(referenceDraws(logits, options, seen, theirs, 40))
    }
  })

  it('reports the likeliest tokens with their log probabilities under the model, whatever is drawn', () => {
    const random = createRandom(1)
    const sampled = new Sampler(5).sample(LOGITS, {
      options: { ...GREEDY, repetitionPenalty: 2 },
      seen: new Set([1]),
      random,
      alternatives: 3,
    })
    expect(sampled.token).toBe(3)
    expect(sampled.alternatives.map(({ token }) => token)).toEqual([1, 3, 0])
    for (const { token, logprob } of sampled.alternatives)
      expect(logprob).toBeCloseTo(Math.log(PROBABILITIES[token]!), 6)
    const ties = Float32Array.from([0, 2, 2, 1, 2])
    expect(likeliestTokens(ties, 0, 9).map(({ token }) => token)).toEqual([1, 2, 4, 3, 0])
  })

  it('refuses logits that are not numbers, and takes minus infinity as impossible', () => {
    const random = createRandom(1)
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => draw(Float32Array.from([1, bad, 2]), OPEN, new Set(), random)).toThrow('not finite')
    const masked = Float32Array.from([Number.NEGATIVE_INFINITY, 1, Number.NEGATIVE_INFINITY])
    expect(draw(masked, { ...OPEN, topP: 0.9 }, new Set(), random)).toMatchObject({ token: 1, logprob: 0 })
  })

  it('computes exp of a table to nine digits', () => {
    for (let x = 0; x < 63; x += 0.0137) expect(Math.abs(expMinus(x) / Math.exp(-x) - 1)).toBeLessThan(3e-9)
    expect([expMinus(0), expMinus(64), expMinus(Number.POSITIVE_INFINITY)]).toEqual([1, 0, 0])
    const many = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 30)
    expect(logSumExp(many)).toBeCloseTo(Math.log(many.reduce((sum, x) => sum + Math.exp(x), 0)), 7)
  })
})

/** The definition, slowly: penalise, divide by temperature, sort once, drop behind k, behind p, below min-p; draw in order of id. */
function referenceDraws(
  logits: Float32Array,
  { temperature, topK, topP, minP, repetitionPenalty }: SamplingOptions,
  seen: ReadonlySet<number>,
  random: Random,
  draws: number,
): number[] {
  const penalised = logits.map((x, id) => (seen.has(id) ? (x > 0 ? x / repetitionPenalty : x * repetitionPenalty) : x))
  let order = Array.from(penalised.keys()).sort((a, b) => penalised[b]! - penalised[a]! || a - b)
  const weight = (id: number) => Math.exp((penalised[id]! - penalised[order[0]!]!) / temperature)
  if (topK > 0) order = order.slice(0, topK)
  const total = order.reduce((sum, id) => sum + weight(id), 0)
  if (topP < 1) {
    let sum = 0
    order = order.filter((id) => {
      const kept = sum < topP * total
      sum += weight(id)
      return kept
    })
  }
  const kept = order.filter((id) => weight(id) >= minP).sort((a, b) => a - b)
  const mass = kept.reduce((sum, id) => sum + weight(id), 0)
  return Array.from({ length: draws }, () => {
    let left = random.next() * mass
    for (const id of kept) {
      left -= weight(id)
      if (left < 0) return id
    }
    return kept.at(-1)!
  })
}
