import { describe, expect, it } from 'vitest'
import { tensorStatistics } from './statistics.js'

/** Values in pieces of a length that fits no row. */
const inPieces = (values: Float32Array, length = 7) =>
  async function* () {
    for (let at = 0; at < values.length; at += length) yield values.subarray(at, at + length)
  }

/** A long-tailed sample, the same every time. */
const sample = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => 3 + Math.tan(((((i * 7919) % 9973) + 0.5) / 9973 - 0.5) * 2.6))

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('tensorStatistics', () => {
  it('gives what the definitions give over all values at once, whatever the pieces', async () => {
    const values = sample(12 * 35)
    const all = [...values]
    const centre = mean(all)
    const power = (n: number): number => mean(all.map((value) => (value - centre) ** n))
    const found = await tensorStatistics('w', [12, 35], inPieces(values))
    expect(found).toMatchObject({
      name: 'w',
      count: 420,
      notFinite: 0,
      zeros: 0,
      min: Math.min(...all),
      max: Math.max(...all),
    })
    expect(found.mean).toBeCloseTo(centre, 12)
    expect(found.std).toBeCloseTo(Math.sqrt(power(2)), 12)
    expect(found.kurtosis).toBeCloseTo(power(4) / power(2) ** 2 - 3, 10)
    expect(found.norm).toBeCloseTo(Math.hypot(...all), 9)
  })

  it('takes norms of rows and columns of a matrix, and of nothing else', async () => {
    const found = await tensorStatistics('w', [2, 3], inPieces(Float32Array.of(3, 0, 4, 0, 12, 5), 4))
    expect(found.rows).toMatchObject({ count: 2, min: 5, median: 5, max: 13 })
    expect(found.columns).toMatchObject({ count: 3, min: 3, median: Math.sqrt(41), max: 12 })
    expect(found.zeros).toBe(2)
    expect((await tensorStatistics('b', [6], inPieces(new Float32Array(6)))).rows).toBeNull()
  })

  it('counts every finite value in one of 64 bins from the least to the greatest', async () => {
    const values = Float32Array.from({ length: 65 }, (_, i) => i)
    const { histogram } = await tensorStatistics('b', [65], inPieces(values))
    expect(histogram?.edges).toEqual([...values])
    expect(histogram?.counts).toEqual([...new Array<number>(63).fill(1), 2])
  })

  it('counts NaN and infinities and leaves them out of the rest', async () => {
    const values = Float32Array.of(1, Number.NaN, 2, Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY)
    const found = await tensorStatistics('w', [2, 3], inPieces(values, 2))
    expect(found).toMatchObject({ count: 6, notFinite: 3, mean: 2, min: 1, max: 3 })
    expect(found.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(3)
    expect(found.rows).toMatchObject({ min: Math.sqrt(5), max: 3 })
  })

  it('says nothing of spread when all values are equal or there are none', async () => {
    expect(await tensorStatistics('b', [4], inPieces(new Float32Array(4).fill(2)))).toMatchObject({
      std: 0,
      kurtosis: null,
      histogram: null,
    })
    expect(await tensorStatistics('e', [0, 5], inPieces(new Float32Array(0)))).toMatchObject({
      count: 0,
      mean: 0,
      rows: null,
      histogram: null,
    })
  })
})
