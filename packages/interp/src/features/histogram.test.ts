import { describe, expect, it } from 'vitest'
import { uniform } from '../random/counter.js'
import { HistogramAccumulator } from './histogram.js'

describe('HistogramAccumulator', () => {
  it.each([8, 50, 51, 200])('with %i bins equals binning all values at once with the final range', (bins) => {
    const accumulator = new HistogramAccumulator(2, bins)
    const values = Array.from({ length: 5000 }, (_, i) => Math.fround(uniform(3, 0, i) * 2 ** (i / 400 - 6)))
    for (const value of values) accumulator.add(1, value)
    const { edges, counts } = accumulator.of(1)
    const range = edges[bins]!
    expect(range).toBeGreaterThan(Math.max(...values))
    expect(range / 2).toBeLessThanOrEqual(Math.max(...values))
    const expected = new Array<number>(bins).fill(0)
    for (const value of values) expected[Math.floor((value / range) * bins)]!++
    expect(counts).toEqual(expected)
    expect(accumulator.of(0).counts.every((count) => count === 0)).toBe(true)
  })

  it('puts a power of two into the upper range and keeps the smallest float', () => {
    const accumulator = new HistogramAccumulator(2, 8)
    accumulator.add(0, 4)
    expect(accumulator.of(0)).toEqual({ edges: [0, 1, 2, 3, 4, 5, 6, 7, 8], counts: [0, 0, 0, 0, 1, 0, 0, 0] })
    accumulator.add(1, 2 ** -149)
    accumulator.add(1, 1)
    expect(accumulator.of(1).counts).toEqual([1, 0, 0, 0, 1, 0, 0, 0])
  })
})
