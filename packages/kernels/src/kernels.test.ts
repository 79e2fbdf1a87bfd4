// The compiled kernels against the plain reference, on data with repeated indices, empty features and padded widths.
import { beforeAll, describe, expect, it } from 'vitest'
import { allocate, doubles, floats } from './arena.js'
import { type Kernels, loadKernels, paddedWidth } from './kernels.js'
import * as reference from './reference.js'

const ROWS = 24
const FEATURES = 11
const STRIDE = 5
const slots = {
  values: floats(ROWS * STRIDE),
  index: floats(ROWS * STRIDE),
  offset: floats(ROWS + 1),
  keep: floats(ROWS),
  start: floats(FEATURES + 1),
  position: floats(FEATURES),
  token: floats(ROWS * STRIDE),
  value: floats(ROWS * STRIDE),
  delta: floats(ROWS * STRIDE),
  candidates: floats(3 * ROWS * STRIDE),
  counts: floats(3),
  cursor: floats(3),
  h: floats(ROWS * 144),
  e: floats(ROWS * 144),
  w: floats(FEATURES * 144),
  gEnc: floats(FEATURES * 144),
  gDec: floats(FEATURES * 64),
  gBias: floats(FEATURES),
  sums: doubles(64),
  figures: doubles(2 * ROWS),
}
const { memory, at } = allocate(slots)
const f32 = (name: keyof typeof slots, count: number) => new Float32Array(memory.buffer, at[name], count)
const i32 = (name: keyof typeof slots, count: number) => new Int32Array(memory.buffer, at[name], count)

let seed = 1
const random = () => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
  return seed / 0x7fffffff - 0.5
}
const fill = (array: Float32Array) => array.set(array.map(random))
/** Largest absolute difference. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)),
    a.length === b.length ? 0 : Infinity,
  )

/** Random entries in which features repeat across tokens and feature 3 never occurs; some tokens have none. */
function entries(): reference.Entries {
  const offset = i32('offset', ROWS + 1)
  for (let t = 0; t < ROWS; t++) offset[t + 1] = offset[t]! + (t % (STRIDE + 1))
  const values = f32('values', offset[ROWS]!)
  fill(values)
  const index = i32('index', offset[ROWS]!)
  for (let i = 0; i < index.length; i++) {
    const pick = (i * 7 + (i >> 3)) % (FEATURES - 1)
    index[i] = pick >= 3 ? pick + 1 : pick
  }
  return { values, index, offset }
}

let kernels: Kernels
beforeAll(() => {
  kernels = loadKernels(memory)
})

describe('kernels agree with the plain reference', () => {
  it('mergeTopk keeps the k largest over shards, ties to the lower shard', () => {
    const counts = [STRIDE, 3, STRIDE]
    i32('counts', 3).set(counts)
    const all = f32('candidates', 3 * ROWS * STRIDE)
    const lists = counts.map((_, shard) => {
      const list = Float32Array.from({ length: ROWS * STRIDE }, () => Math.round(random() * 6) / 3)
      for (let t = 0; t < ROWS; t++)
        list
          .subarray(t * STRIDE, (t + 1) * STRIDE)
          .sort()
          .reverse()
      all.set(list, shard * ROWS * STRIDE)
      return list
    })
    for (const positive of [true, false]) {
      for (const self of [0, 1, 2]) {
        kernels.mergeTopk(at.candidates, at.counts, 3, self, ROWS, STRIDE, 6, positive ? 1 : 0, at.cursor, at.keep)
        expect([...i32('keep', ROWS)]).toEqual([...reference.mergeTopk(lists, counts, self, ROWS, STRIDE, 6, positive)])
      }
    }
  })

  it.each([
    [1, 1],
    [7, 7],
    [64, 5],
    [131, 9],
    [300, 200],
  ])('selectTop of %i features, k %i, with many ties', (features, k) => {
    const rows = 17
    const own = allocate({
      pre: floats(rows * features),
      bias: floats(features),
      scale: floats(features),
      values: floats(rows * (k + 2)),
      index: floats(rows * (k + 2)),
      room: floats(3 * features),
    })
    const run = loadKernels(own.memory)
    const pre = new Float32Array(own.memory.buffer, own.at.pre, rows * features)
    const scale = new Float32Array(own.memory.buffer, own.at.scale, features)
    const bias = new Float32Array(own.memory.buffer, own.at.bias, features)
    for (const [biased, scaled] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ]) {
      bias.set(bias.map(() => Math.round(random() * 4)))
      pre.set(pre.map((_, i) => (i < features * 9 ? Math.round(random() * 5) : random())))
      scale.set(scale.map(() => (scaled ? 0.5 + Math.round(random() * 2) : 1)))
      const wanted = reference.selectTop(pre, biased ? bias : null, scaled ? scale : null, features, k)
      run.selectTop(
        own.at.pre,
        biased ? own.at.bias : 0,
        scaled ? own.at.scale : 0,
        rows,
        features,
        k,
        k + 2,
        own.at.values,
        own.at.index,
        own.at.room,
      )
      const values = new Float32Array(own.memory.buffer, own.at.values, rows * (k + 2))
      const index = new Int32Array(own.memory.buffer, own.at.index, rows * (k + 2))
      const first = <T extends Float32Array | Int32Array>(array: T) => [...array].filter((_, i) => i % (k + 2) < k)
      expect(first(values)).toEqual([...wanted.values])
      expect(first(index)).toEqual([...wanted.index])
    }
  })

  it.each([8, 11])(
    'extractAbove lists what is above its bound, of %i features, and stops before it overflows',
    (features) => {
      const pre = f32('h', ROWS * features)
      fill(pre)
      const low = f32('gBias', features)
      low.set(low.map((_, j) => (j % 3) / 10 - 0.1))
      const wanted = reference.extractAbove(pre, low)
      const offset = i32('offset', ROWS + 1)
      offset[0] = 0
      const done = kernels.extractAbove(at.h, at.gBias, ROWS, features, 4096, at.offset, at.candidates, at.e)
      expect(done).toBe(ROWS)
      expect([...offset]).toEqual([...wanted.offset])
      expect([...i32('candidates', wanted.index.length)]).toEqual([...wanted.index])
      expect([...f32('e', wanted.values.length)]).toEqual([...wanted.values])
      const fits = kernels.extractAbove(at.h, at.gBias, ROWS, features, 3 * features, at.offset, at.candidates, at.e)
      expect(fits).toBeGreaterThanOrEqual(3)
      expect(fits).toBeLessThan(ROWS)
      expect([...offset.subarray(0, fits + 1)]).toEqual([...wanted.offset.subarray(0, fits + 1)])
    },
  )

  it.each([1, 9, 40, 500])('the %i largest of a batch over chunks, with many ties', (keep) => {
    const [features, rows] = [FEATURES, ROWS]
    const capacity = keep + 2 * features
    const own = allocate({
      pre: floats(rows * features),
      scale: floats(features),
      state: floats(4),
      values: floats(capacity),
      token: floats(capacity),
      index: floats(capacity),
      room: floats(capacity),
    })
    const run = loadKernels(own.memory)
    const pre = new Float32Array(own.memory.buffer, own.at.pre, rows * features)
    const scale = new Float32Array(own.memory.buffer, own.at.scale, features)
    for (const scaled of [true, false]) {
      pre.set(pre.map((_, i) => (i % 3 === 0 ? random() : Math.round(random() * 6) / 4)))
      scale.set(scale.map((_, j) => 0.5 + (j % 2)))
      const wanted = reference.largestOfBatch(pre, scaled ? scale : null, features, keep)
      new Int32Array(own.memory.buffer, own.at.state, 4).fill(0)
      const places = [own.at.state, own.at.values, own.at.token, own.at.index, own.at.room] as const
      for (let first = 0; first < rows; first += 7) {
        const count = Math.min(7, rows - first)
        const from = own.at.pre + first * features * 4
        run.collectLargest(from, scaled ? own.at.scale : 0, count, features, first, keep, capacity, ...places)
      }
      const count = run.finishLargest(keep, ...places)
      const values = new Float32Array(own.memory.buffer, own.at.values, count)
      const [token, index] = [own.at.token, own.at.index].map((at) => new Int32Array(own.memory.buffer, at, count))
      expect(Array.from(values, (value, i) => [value, token![i], index![i]])).toEqual(
        wanted.map((entry) => [entry.value, entry.token, entry.feature]),
      )
    }
  })

  it('selectKth finds the k-th largest', () => {
    const values = f32('h', 200)
    values.set(values.map(() => Math.round(random() * 40)))
    const sorted = [...values].sort((a, b) => b - a)
    for (const k of [1, 17, 100, 200]) expect(kernels.selectKth(at.h, 200, k)).toBe(sorted[k - 1])
  })

  it('groupByFeature sorts entries by feature and keeps token order', () => {
    const from = entries()
    const wanted = reference.groupByFeature(from, FEATURES)
    const count = wanted.token.length
    kernels.groupByFeature(
      ...([at.offset, at.index, at.values, ROWS, FEATURES, at.start, at.position, at.token, at.value] as const),
    )
    expect([...i32('start', FEATURES + 1)]).toEqual([...wanted.start])
    expect([...i32('token', count)]).toEqual([...wanted.token])
    expect([...f32('value', count)]).toEqual([...wanted.value])
  })

  it.each([16, 48, 128, 144])('decodeRows at width %i', (d) => {
    expect(paddedWidth(d - 3)).toBe(d)
    const from = entries()
    const [h, w] = [f32('h', ROWS * d), f32('w', FEATURES * d)]
    for (const array of [h, w]) fill(array)
    kernels.decodeRows(at.values, at.index, at.offset, at.offset + 4, ROWS, d, at.w, at.h)
    expect(distance(h, reference.decodeRows(from, w, d))).toBeLessThan(1e-6)
  })

  it.each([
    [16, 16],
    [48, 32],
    [144, 32],
    [144, 96],
    [144, 144],
  ])('groupedProducts and groupedSums at width %i in blocks of %i, of all features and of some', (d, block) => {
    const grouped = reference.groupByFeature(entries(), FEATURES)
    kernels.groupByFeature(
      ...([at.offset, at.index, at.values, ROWS, FEATURES, at.start, at.position, at.token, at.value] as const),
    )
    const [e, w] = [f32('e', ROWS * d), f32('w', FEATURES * d)]
    for (const array of [e, w]) fill(array)
    const count = grouped.token.length
    const [products, sums] = [f32('delta', count), f32('gEnc', FEATURES * d)]
    products.fill(7)
    kernels.groupedProducts(at.w, at.e, at.start, at.token, at.delta, FEATURES, ROWS, d, block, at.h)
    const wantedProducts = reference.groupedProducts(grouped, w, e, d)
    expect(distance(products, wantedProducts)).toBeLessThan(5e-6)

    const wanted = reference.groupedSums(grouped, e, d)
    for (const times of [1, 2]) {
      const add = times - 1
      kernels.groupedSums(at.gEnc, at.e, at.start, at.token, at.value, FEATURES, ROWS, d, block, at.h, add)
      expect(
        distance(
          sums,
          wanted.map((value) => times * value),
        ),
      ).toBeLessThan(5e-6)
    }

    // Features 2 to 6 alone: the entries and rows of all others stay as they are.
    const [first, end] = [grouped.start[2]!, grouped.start[7]!]
    products.fill(7)
    const part = [at.w + 8 * d, at.e, at.start + 8, at.token, at.delta] as const
    kernels.groupedProducts(...part, 5, ROWS, d, block, at.h)
    const others = [...products].filter((_, i) => i < first || i >= end)
    expect(others).toEqual(new Array(count - (end - first)).fill(7))
    expect(distance(products.slice(first, end), wantedProducts.slice(first, end))).toBeLessThan(5e-6)
  })

  it('adamVector follows the moments and the parameter over three steps', () => {
    const [p, g, m, v] = [f32('w', 32), f32('gEnc', 32), f32('h', 32), f32('e', 32)]
    fill(p)
    fill(g)
    m.fill(0)
    v.fill(0)
    const wanted = { p: Float64Array.from(p), m: new Float64Array(32), v: new Float64Array(32) }
    for (let t = 1; t <= 3; t++) {
      const root = 1 / Math.sqrt(1 - 0.999 ** t)
      const step = 0.01 / (1 - 0.9 ** t)
      kernels.adamVector(32, at.w, at.gEnc, at.h, at.e, 0.5, 0.9, 0.999, 0.1, 0.001, step, root, 1e-8, 1 - 0.01 * 0.2)
      reference.adamVector(wanted.p, g, wanted.m, wanted.v, {
        lr: 0.01,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
        clip: 0.5,
        decay: 0.2,
        t,
      })
    }
    expect(distance(p, wanted.p)).toBeLessThan(1e-6)
    expect(distance(m, wanted.m)).toBeLessThan(1e-7)
    expect(distance(v, wanted.v)).toBeLessThan(1e-8)
  })

  it('row sums, norms and differences', () => {
    const d = 32
    const [h, e, w] = [f32('h', ROWS * d), f32('e', ROWS * d), f32('w', FEATURES * d)]
    for (const array of [h, e, w]) fill(array)
    w.fill(0, 2 * d, 3 * d)
    const weight = f32('gBias', FEATURES)
    fill(weight)
    const sums = new Float64Array(memory.buffer, at.sums, d)
    kernels.weightedRowSum(at.w, at.gBias, FEATURES, d, at.sums)
    expect(distance(sums, reference.weightedRowSum(w, d, weight))).toBeLessThan(1e-12)
    kernels.columnSums(at.h, ROWS, d, at.sums)
    expect(distance(sums, reference.weightedRowSum(h, d))).toBeLessThan(1e-12)
    expect(kernels.sumSquares(at.h, ROWS * d)).toBeCloseTo(reference.sumSquares(h), 4)
    kernels.rowNorms(at.w, FEATURES, d, at.value, at.delta)
    const norms = reference.rowNorms(w, d)
    expect(distance(f32('value', FEATURES), norms)).toBeLessThan(1e-6)
    expect(
      distance(
        f32('delta', FEATURES),
        norms.map((norm) => (norm > 0 ? 1 / norm : 0)),
      ),
    ).toBeLessThan(1e-6)
    const before = e.slice()
    kernels.errorRows(at.e, at.h, at.w, ROWS, d)
    expect(
      distance(
        e,
        before.map((value, i) => value + w[i % d]! - h[i]!),
      ),
    ).toBeLessThan(1e-6)
    kernels.addInto(at.e, at.h, ROWS * d)
    expect(
      distance(
        e,
        before.map((value, i) => value + w[i % d]!),
      ),
    ).toBeLessThan(1e-6)
    const x = h.slice()
    kernels.subtractRow(at.e, at.h, at.w, ROWS, d)
    expect(
      distance(
        e,
        x.map((value, i) => value - w[i % d]!),
      ),
    ).toBeLessThan(1e-7)
    i32('index', 2).set([4, 1])
    kernels.gatherRows(at.e, at.w, at.index, 2, d)
    expect([...e.subarray(0, d)]).toEqual([...w.subarray(4 * d, 5 * d)])
    expect([...e.subarray(d, 2 * d)]).toEqual([...w.subarray(d, 2 * d)])
    f32('gDec', d).set(e.subarray(0, d))
    kernels.tokenFigures(at.h, at.e, at.gDec, ROWS, d, at.figures)
    const figures = new Float64Array(memory.buffer, at.figures, 2 * ROWS)
    expect(distance(figures, reference.tokenFigures(h, e, f32('gDec', d)))).toBeLessThan(1e-5)
    kernels.scaleInto(at.h, at.e, ROWS * d, 3)
    expect(
      distance(
        h,
        e.map((value) => 3 * value),
      ),
    ).toBeLessThan(1e-6)
  })
})
