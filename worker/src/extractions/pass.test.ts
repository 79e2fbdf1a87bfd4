import { EntryBuffer, FeatureAccumulator, FidelityAccumulator } from '@mistudio/interp'
import { describe, expect, it } from 'vitest'
import { contextsPerPass } from '../models/passes.js'
import { type ContextSource, type Pass, readBatch, readingOrder } from './pass.js'

const SIZE = 6
const D_SAE = 5
/** Contexts of six tokens; token 0 stands for BOS. */
const source = (train: number, heldOut: number): ContextSource => ({
  contextSize: SIZE,
  trainContexts: train,
  heldOutContexts: heldOut,
  tokens: (context) => Array.from({ length: SIZE }, (_, i) => (i * (context + 1)) % 7),
  documentStarts: () => [0],
})

describe('readingOrder', () => {
  it('takes a seeded sample of the training split, whole contexts and at least one', () => {
    const order = readingOrder(source(100, 10), 61, 5)
    expect(order.length).toBe(11)
    expect(new Set(order).size).toBe(11)
    expect(Math.max(...order)).toBeLessThan(100)
    expect([...order]).not.toEqual([...order].sort((a, b) => a - b))
    expect(readingOrder(source(100, 10), 61, 5)).toEqual(order)
    expect(readingOrder(source(100, 10), 120, 5).subarray(0, 11)).toEqual(order)
    expect(readingOrder(source(100, 10), 1, 5).length).toBe(1)
  })

  it('goes on to the held-out split only when the training split is used up, and ends with it', () => {
    const order = readingOrder(source(8, 4), 1000, 1)
    expect([...order.subarray(0, 8)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect([...order.subarray(8)].sort((a, b) => a - b)).toEqual([8, 9, 10, 11])
  })
})

describe('readBatch', () => {
  /** x = [token, 1]; feature token mod 5 fires with the token's value, the reconstruction is [token, 0.5]. */
  const pass = (excludedToken: number | null, bad = 0): Pass => ({
    source: source(20, 0),
    capture: async (tokens) => Float32Array.from([...tokens].flatMap((token) => [token, 1])),
    encoder: {
      encode: async (x, tokens) => ({
        values: Float32Array.from({ length: tokens }, (_, i) => x[2 * i]! + bad),
        indices: Int32Array.from({ length: tokens }, (_, i) => x[2 * i]! % D_SAE),
        k: 1,
      }),
      reconstruct: (_, { values }) => Float32Array.from([...values].flatMap((value) => [value, 0.5])),
    },
    accumulator: new FeatureAccumulator(D_SAE, {
      ...{ topExamples: 2, quantileExamples: 2, contextBefore: 1, contextAfter: 1, histogramBins: 8, seed: 0 },
    }),
    fidelity: new FidelityAccumulator(2),
    excludedToken,
  })

  it('counts what plain loops over the tokens count, without the excluded token', async () => {
    const contexts = Uint32Array.of(3, 11, 6)
    for (const excluded of [null, 0, 4]) {
      const one = pass(excluded)
      await readBatch(one, contexts, new EntryBuffer(1))
      const tokens = [...contexts].flatMap((context) => [...(one.source.tokens(context) as number[])])
      const counted = tokens.filter((token) => token !== excluded)
      expect(one.accumulator.tokens).toBe(counted.length)
      for (let f = 0; f < D_SAE; f++) {
        expect(one.accumulator.statisticsOf(f).firings).toBe(counted.filter((t) => t > 0 && t % D_SAE === f).length)
      }
      const { tokens: measured, l0, fvu } = one.fidelity.result()
      const mean = counted.reduce((a, b) => a + b, 0) / counted.length
      const variance = counted.reduce((a, b) => a + (b - mean) ** 2, 0) / counted.length
      expect(measured).toBe(counted.length)
      expect(l0).toBeCloseTo(counted.filter((t) => t > 0).length / counted.length, 12)
      expect(fvu).toBeCloseTo(0.25 / variance, 9)
    }
  })

  it('stops at numbers that are not finite', async () => {
    await expect(readBatch(pass(null, Number.NaN), Uint32Array.of(1), new EntryBuffer(1))).rejects.toMatchObject({
      code: 'sae_invalid',
    })
  })

  it('reads about 2,048 tokens at once, and at least one context', () => {
    expect(contextsPerPass(128)).toBe(16)
    expect(contextsPerPass(5000)).toBe(1)
  })
})
