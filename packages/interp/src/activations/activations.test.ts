// Guards: streamed statistics and pair figures against plain loops over all values.
import { expect, it } from 'vitest'
import { uniform } from '../random/counter.js'
import { comparableSite, compareSites } from './comparison.js'
import { ActivationStatistics } from './statistics.js'

const random = (length: number, stream: number) =>
  Float32Array.from({ length }, (_, i) => uniform(3, stream, i) * 2 - 0.7 + (i % 5 === 2 ? 30 : 0))

it('finds what plain loops find, whatever the pieces', () => {
  const [width, rows] = [5, 40]
  const x = random(width * rows, 1)
  const positions = Int32Array.from({ length: rows }, (_, i) => i % 8)
  const statistics = new ActivationStatistics(width, rows)
  statistics.add(x.subarray(0, 35), positions.subarray(0, 7))
  statistics.add(x.subarray(35), positions.subarray(7))
  const found = statistics.figures()
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length
  const moment = (n: number) => x.reduce((sum, value) => sum + (value - mean) ** n, 0) / x.length
  expect(found.mean).toBeCloseTo(mean, 9)
  expect(found.std).toBeCloseTo(Math.sqrt(moment(2)), 9)
  expect(found.kurtosis).toBeCloseTo(moment(4) / moment(2) ** 2, 9)
  const norms = Array.from({ length: rows }, (_, r) => Math.hypot(...x.subarray(r * width, (r + 1) * width)))
  const average = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length
  expect(found.norm.mean).toBeCloseTo(average(norms), 9)
  expect(found.norm.max).toBeCloseTo(Math.max(...norms), 9)
  expect(found.firstPosition).toEqual({
    tokens: 5,
    mean: expect.closeTo(average(norms.filter((_, i) => i % 8 === 0)), 9),
  })
  expect(found.outliers.count).toBe(1)
  expect(found.outliers.top[0]!.dimension).toBe(2)
  const column = Array.from({ length: rows }, (_, r) => x[r * width + 2]!)
  expect(found.outliers.top[0]!.rms).toBeCloseTo(Math.sqrt(average(column.map((value) => value ** 2))), 9)
})

it.each([
  [12, 3, 4],
  [1100, 3, 7],
])('computes linear CKA of %i rows, %i and %i wide, as the Gram matrices give it', (rows, da, db) => {
  const [a, b] = [random(rows * da, 5), random(rows * db, 6)]
  const gram = (v: Float32Array, d: number) => {
    const k = (i: number, j: number) =>
      v.subarray(i * d, (i + 1) * d).reduce((s, value, n) => s + value * v[j * d + n]!, 0)
    const raw = Array.from({ length: rows }, (_, i) => Array.from({ length: rows }, (_, j) => k(i, j)))
    const means = raw.map((row) => row.reduce((s, value) => s + value, 0) / rows)
    const all = means.reduce((s, value) => s + value, 0) / rows
    return raw.map((row, i) => row.map((value, j) => value - means[i]! - means[j]! + all))
  }
  const inner = (p: number[][], q: number[][]) =>
    p.reduce((s, row, i) => s + row.reduce((t, v, j) => t + v * q[i]![j]!, 0), 0)
  const [k, l] = [gram(a, da), gram(b, db)]
  const found = compareSites(comparableSite(a, da), comparableSite(b, db))
  expect(found.cka).toBeCloseTo(inner(k, l) / Math.sqrt(inner(k, k) * inner(l, l)), 9)
  expect(found.cosine).toBeNull()
  const doubled = a.map((value) => 2 * value)
  const same = compareSites(comparableSite(a, da), comparableSite(doubled, da))
  expect(same.cka).toBeCloseTo(1, 12)
  expect(same.cosine!.mean).toBeCloseTo(1, 9)
  expect(same.cosineOfMeans).toBeCloseTo(1, 9)
  const means = (v: Float32Array) => [0, 1, 2].map((d) => v.reduce((s, x, i) => (i % da === d ? s + x / rows : s), 0))
  const c = random(rows * da, 7)
  const [m, n] = [means(a), means(c)]
  const product = m.reduce((s, x, d) => s + x * n[d]!, 0)
  expect(compareSites(comparableSite(a, da), comparableSite(c, da)).cosineOfMeans).toBeCloseTo(
    product / Math.hypot(...m) / Math.hypot(...n),
    9,
  )
  expect(same.normRatio).toBeCloseTo(0.5, 9)
  expect(same.relativeChange).toBeCloseTo(0.5, 9)
})
