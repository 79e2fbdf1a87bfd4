import { describe, expect, it } from 'vitest'
import { type AccumulatorParams, extractionMemory, FeatureAccumulator } from './accumulator.js'
import { type PlainContext, peaksOf, plainWindow, randomContexts, sparse } from './testing.js'

const D_SAE = 23
const params: AccumulatorParams = {
  topExamples: 4,
  quantileExamples: 6,
  contextBefore: 5,
  contextAfter: 3,
  histogramBins: 7,
  seed: 11,
}
const contexts = randomContexts(60, 32, D_SAE, 0.02, 5)

function feed(accumulator: FeatureAccumulator, some: readonly PlainContext[]): FeatureAccumulator {
  for (const c of some) {
    const { context, length, documentStarts } = c
    accumulator.add({ context, length, counted: length, documentStarts, entries: sparse(c.dense) })
  }
  return accumulator
}

const whole = feed(new FeatureAccumulator(D_SAE, params), contexts)
const features = Array.from({ length: D_SAE }, (_, f) => f)
const byContext = new Map(contexts.map((c) => [c.context, c]))

describe('FeatureAccumulator against plain loops over dense data', () => {
  it('counts, means, maxima and densities of every feature', () => {
    for (const f of features) {
      const values = contexts.flatMap((c) => c.dense.map((row) => row[f]!)).filter((v) => v !== 0)
      const s = whole.statisticsOf(f)
      expect(s.firings).toBe(values.length)
      expect(s.density).toBe(values.length / (60 * 32))
      expect(s.max).toBe(Math.max(0, ...values))
      expect(s.mean).toBeCloseTo(values.length ? values.reduce((a, b) => a + b, 0) / values.length : 0, 9)
      expect(s.contexts).toBe(peaksOf(f, contexts).length)
    }
    expect(whole.statisticsOf(0).firings).toBe(0)
    expect(whole.tokens).toBe(60 * 32)
    expect(whole.aliveFeatures()).toBe(features.filter((f) => peaksOf(f, contexts).length > 0).length)
  })

  it('keeps the strongest contexts with one peak each', () => {
    for (const f of features) {
      const expected = peaksOf(f, contexts)
        .sort((a, b) => b.value - a.value || a.context - b.context)
        .slice(0, params.topExamples)
      const got = whole.topExamplesOf(f).map(({ context, position, value }) => ({ context, position, value }))
      expect(got).toEqual(expected)
    }
  })

  it('keeps as many sampled firing contexts as there are slots or firings, all different and real', () => {
    for (const f of features) {
      const peaks = peaksOf(f, contexts)
      const { examples } = whole.quantileExamplesOf(f, 5)
      expect(examples.length).toBe(Math.min(params.quantileExamples, peaks.length))
      expect(new Set(examples.map((e) => e.context)).size).toBe(examples.length)
      for (const { context, position, value } of examples) expect(peaks).toContainEqual({ context, position, value })
    }
  })

  it('cuts windows at context and document and fills them with this feature alone', () => {
    let cut = 0
    for (const f of features) {
      for (const example of [...whole.topExamplesOf(f), ...whole.quantileExamplesOf(f, 5).examples]) {
        const c = byContext.get(example.context)!
        const expected = plainWindow(c, f, example.position, params.contextBefore, params.contextAfter)
        expect(example.position - example.peak).toBe(expected.start)
        expect([...example.activations]).toEqual(expected.activations)
        if (expected.activations.length < 9) cut++
      }
    }
    expect(cut).toBeGreaterThan(20)
  })

  it('finds the same top examples in whatever order contexts come', () => {
    const backwards = feed(new FeatureAccumulator(D_SAE, params), [...contexts].reverse())
    for (const f of features) {
      expect(backwards.topExamplesOf(f)).toEqual(whole.topExamplesOf(f))
      expect(backwards.histogramOf(f)).toEqual(whole.histogramOf(f))
    }
  })

  it('lets the lower context number stay among equal peaks', () => {
    const one = new FeatureAccumulator(1, { ...params, topExamples: 2 })
    const equal = [7, 2, 9, 4].map((context) => ({ context, length: 3, documentStarts: [], dense: [[0], [1], [1]] }))
    feed(one, equal)
    expect(one.topExamplesOf(0).map((e) => [e.context, e.position])).toEqual([
      [2, 1],
      [4, 1],
    ])
  })
})

describe('stored state', () => {
  it('goes on after a restart as if there had been none', () => {
    const first = feed(new FeatureAccumulator(D_SAE, params), contexts.slice(0, 37))
    const resumed = feed(FeatureAccumulator.fromTensors(D_SAE, params, first.toTensors()), contexts.slice(37))
    expect(resumed.toTensors()).toEqual(whole.toTensors())
    for (const f of features) expect(resumed.topExamplesOf(f)).toEqual(whole.topExamplesOf(f))
  })

  it('refuses state of another shape', () => {
    const other = new FeatureAccumulator(D_SAE, { ...params, topExamples: 5 })
    expect(() => FeatureAccumulator.fromTensors(D_SAE, params, other.toTensors())).toThrow(/top\.value.*shape \[23,4\]/)
  })
})

describe('refusals leave the state untouched', () => {
  it.each([
    ['feature outside', { features: [0, 23], positions: [0, 1], values: [1, 1] }, /feature 23/],
    ['position outside', { features: [1, 2], positions: [0, 9], values: [1, 1] }, /position 9/],
    ['positions out of order', { features: [1, 2], positions: [1, 0], values: [1, 1] }, /out of order/],
    ['NaN', { features: [1, 2], positions: [0, 1], values: [1, Number.NaN] }, /NaN/],
    ['negative', { features: [1, 2], positions: [0, 1], values: [1, -2] }, /-2/],
  ])('%s', (_, bad, message) => {
    const accumulator = new FeatureAccumulator(D_SAE, params)
    const entries = {
      features: Int32Array.from(bad.features),
      positions: Int32Array.from(bad.positions),
      values: Float32Array.from(bad.values),
      count: 2,
    }
    expect(() => accumulator.add({ context: 0, length: 4, counted: 4, documentStarts: [0], entries })).toThrow(message)
    expect(accumulator.toTensors()).toEqual(new FeatureAccumulator(D_SAE, params).toTensors())
  })
})

describe('extractionMemory', () => {
  it('states the bytes of the arrays really held, under 1 GB at the defaults for 16,384 features', () => {
    const state = Object.entries(whole.toTensors()).filter(([name]) => name !== 'totals')
    const held = state.reduce((bytes, [, { data }]) => bytes + data.byteLength, 0)
    const scratch = 2 * D_SAE + 4 * D_SAE
    expect(extractionMemory(D_SAE, params).total).toBe(held + scratch)
    const defaults = {
      ...params,
      topExamples: 20,
      quantileExamples: 20,
      contextBefore: 24,
      contextAfter: 12,
      histogramBins: 50,
    }
    expect(extractionMemory(16_384, defaults).total).toBeLessThan(150e6)
  })
})
