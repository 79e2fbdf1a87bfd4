import type { ReadText } from '@mistudio/contracts'
import { EntryBuffer, FeatureAccumulator, FidelityAccumulator } from '@mistudio/interp/features'
import { describe, expect, it } from 'vitest'
import { contextsPerPass } from '../models/passes.js'
import { type ContextSource, type Pass, readBatch, readingOrder, tokensRead } from './pass.js'

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
  const order = (train: number, heldOut: number, text: ReadText, tokens: number, seed = 5) =>
    readingOrder(source(train, heldOut), { tokens, text, seed })
  const sorted = (contexts: Uint32Array) => [...contexts].sort((a, b) => a - b)
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

  it('takes a seeded sample of the chosen documents, whole contexts and at least one', () => {
    for (const [text, from, to] of [
      ['train', 0, 100],
      ['held_out', 100, 130],
      ['all', 0, 130],
    ] as const) {
      const found = order(100, 30, text, 61)
      expect(found.length).toBe(11)
      expect(new Set(found).size).toBe(11)
      expect(Math.min(...found)).toBeGreaterThanOrEqual(from)
      expect(Math.max(...found)).toBeLessThan(to)
      expect([...found]).not.toEqual(sorted(found))
      expect(order(100, 30, text, 61)).toEqual(found)
      expect(order(100, 30, text, 120).subarray(0, 11)).toEqual(found)
      expect(order(100, 30, text, 1).length).toBe(1)
    }
  })

  it('reads no other documents when the chosen ones are used up', () => {
    expect(sorted(order(8, 4, 'held_out', 1000))).toEqual(range(8, 12))
    expect(sorted(order(8, 4, 'train', 1000))).toEqual(range(0, 8))
    expect(sorted(order(8, 4, 'all', 1000))).toEqual(range(0, 12))
  })

  it('goes on as it began for extractions that read training documents first', () => {
    const found = order(8, 4, 'train_first', 1000, 1)
    expect(sorted(found.subarray(0, 8))).toEqual(range(0, 8))
    expect(sorted(found.subarray(8))).toEqual(range(8, 12))
    expect(order(8, 4, 'train', 1000, 1)).toEqual(found.slice(0, 8))
  })

  it('refuses documents that fill no context', () => {
    expect(() => order(8, 0, 'held_out', 1000)).toThrow('held-out')
  })
})

it('tokensRead tells the documents apart, also of a reading that was ended early', () => {
  const read = (text: ReadText, ...contexts: number[]) => tokensRead(source(8, 4), text, Uint32Array.from(contexts))
  expect(read('all', 3, 9, 7, 11, 8)).toEqual({ train: 2 * SIZE, heldOut: 3 * SIZE, available: 12 * SIZE })
  expect(read('held_out', 9)).toEqual({ train: 0, heldOut: SIZE, available: 4 * SIZE })
  expect(read('train', 1)).toEqual({ train: SIZE, heldOut: 0, available: 8 * SIZE })
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
      topExamples: 2,
      quantileExamples: 2,
      contextBefore: 1,
      contextAfter: 1,
      histogramBins: 8,
      seed: 0,
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
