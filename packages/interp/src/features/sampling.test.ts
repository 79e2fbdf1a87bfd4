import { describe, expect, it } from 'vitest'
import { seededPermutation, uniform } from '../random/counter.js'
import { ExampleStore, SampledExamples } from './examples.js'
import { groupByQuantile } from './quantiles.js'

/** Sum of (observed - expected)² / expected. */
const chiSquare = (observed: readonly number[], expected: number) =>
  observed.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)

/** Mean of chi-square is its degrees of freedom, variance twice that: five standard deviations above the mean. */
const bound = (freedom: number) => freedom + 5 * Math.sqrt(2 * freedom)

describe('SampledExamples', () => {
  it('holds every firing context with the same probability', () => {
    const [features, contexts, slots] = [2000, 100, 10]
    const sample = new SampledExamples(new ExampleStore(features, slots, 1), 42)
    const held = new Array<number>(contexts).fill(0)
    for (let feature = 0; feature < features; feature++) {
      for (let context = 0; context < contexts; context++) {
        const firing = {
          context,
          position: 0,
          value: 1,
          positions: new Int32Array(1),
          values: new Float32Array(1),
          from: 0,
          to: 0,
        }
        sample.offer(feature, context, firing, () => ({ start: 0, end: 1 }))
      }
      for (const { context } of sample.store.sorted(feature)) held[context]!++
    }
    expect(held.reduce((a, b) => a + b)).toBe(features * slots)
    expect(chiSquare(held, (features * slots) / contexts)).toBeLessThan(bound(contexts - 1))
  })

  it('draws otherwise under another seed', () => {
    expect(uniform(1, 5, 100)).not.toBe(uniform(2, 5, 100))
    expect(uniform(1, 5, 100)).not.toBe(uniform(1, 5, 100 + 2 ** 32))
  })
})

describe('uniform', () => {
  it('spreads neighbouring counters and streams evenly over [0, 1)', () => {
    const observed = new Array<number>(64).fill(0)
    for (let stream = 0; stream < 100; stream++) {
      for (let n = 0; n < 640; n++) observed[Math.floor(uniform(0, stream, n) * 64)]!++
    }
    expect(chiSquare(observed, 1000)).toBeLessThan(bound(63))
  })
})

describe('seededPermutation', () => {
  it('is a permutation, the same for a seed and another for another', () => {
    const order = seededPermutation(1000, 3)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(seededPermutation(1000, 3)).toEqual(order)
    expect(seededPermutation(1000, 4)).not.toEqual(order)
  })
})

describe('groupByQuantile', () => {
  const examples = (values: number[]) =>
    values.map((value, context) => ({ context, position: 0, peak: 0, value, activations: Float32Array.of(value) }))

  it('makes groups of equal rank with their borders', () => {
    const { examples: grouped, edges } = groupByQuantile(examples([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]), 5)
    expect(grouped.map((e) => [e.value, e.group])).toEqual(
      [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((v) => [v, Math.floor((v - 1) / 2)]),
    )
    expect(edges).toEqual([1, 3, 5, 7, 9, 10])
  })

  it('splits uneven numbers without an empty group', () => {
    const { examples: grouped, edges } = groupByQuantile(examples([7, 6, 5, 4, 3, 2, 1]), 3)
    expect(grouped.map((e) => e.group)).toEqual([2, 2, 1, 1, 0, 0, 0])
    expect(edges).toEqual([1, 4, 6, 7])
  })

  it('has fewer groups when there are fewer examples, and none without', () => {
    expect(groupByQuantile(examples([2, 1]), 5).examples.map((e) => e.group)).toEqual([1, 0])
    expect(groupByQuantile(examples([2, 1]), 5).edges).toEqual([1, 2, 2])
    expect(groupByQuantile([], 5)).toEqual({ examples: [], edges: [] })
  })
})
