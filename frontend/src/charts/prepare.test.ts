// Guards: gaps stay gaps, series of different cadence share one axis, exports are exact.
import { describe, expect, it } from 'vitest'
import {
  align,
  breaksOf,
  countAxis,
  gapWord,
  lastMeasured,
  roundTicks,
  sampleRows,
  smoothed,
  toBins,
  toCsv,
  withSpread,
} from './prepare.js'

const loss = { key: 'loss', label: 'Loss', color: '--series-emerald', unit: 'nats', x: [10, 20, 30], y: [3, null, 1] }
const evaluation = { key: 'e', label: 'a,b', color: '--series-blue', x: [20], y: [0.5] }

describe('marks of an axis', () => {
  it('are round numbers within its ends, about as many as asked for', () => {
    expect(roundTicks(0.0137, 7.93, 6)).toEqual([2, 4, 6])
    expect(roundTicks(-0.463, 0.518, 6)).toEqual([-0.4, -0.2, 0, 0.2, 0.4])
    expect(roundTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(roundTicks(-6.5, 0, 6)).toEqual([-6, -4, -2, 0])
    expect(roundTicks(3, 3, 6)).toEqual([3])
    for (const [from, to] of [
      [0, 0.00317],
      [-1234, 98_765],
      [17, 18.1],
    ] as const) {
      const ticks = roundTicks(from, to, 6)
      expect(ticks.length).toBeGreaterThan(2)
      expect(ticks.length).toBeLessThan(9)
      for (const tick of ticks) expect(String(Math.abs(tick)).replace(/[.0]/g, '').length).toBeLessThanOrEqual(3)
      expect(Math.min(...ticks)).toBeGreaterThanOrEqual(from)
      expect(Math.max(...ticks)).toBeLessThanOrEqual(to)
    }
  })
})

describe('align', () => {
  it('keeps a missing value a gap and leaves unmeasured places undefined', () => {
    expect(align([loss, evaluation])).toEqual({
      x: [10, 20, 30],
      columns: [
        [3, null, 1],
        [undefined, 0.5, undefined],
      ],
    })
  })
  it('turns values without a logarithm and non-finite ones into gaps, never into zero', () => {
    expect(align([{ x: [1, 2, 3], y: [0, Number.NaN, 2] }], true).columns[0]).toEqual([null, null, 2])
    expect(align([{ x: [1, 2], y: [0, Number.POSITIVE_INFINITY] }]).columns[0]).toEqual([0, null])
  })
  it('sorts x', () => {
    expect(align([{ x: [3, 1], y: [30, 10] }])).toEqual({ x: [1, 3], columns: [[10, 30]] })
  })
})

it('finds the newest measured value before a place', () => {
  expect(lastMeasured([1, undefined, undefined, null], 2)).toBe(0)
  expect(lastMeasured([1, undefined, undefined, null], 3)).toBe(3)
  expect(lastMeasured([undefined], 0)).toBe(-1)
})

it('writes CSV with units, quoting and empty cells for gaps', () => {
  expect(toCsv('step', [loss, evaluation])).toBe('step,Loss (nats),"a,b"\n10,3,\n20,,0.5\n30,1,\n')
  const formula = { ...evaluation, label: '=HYPERLINK(1)', y: [-0.5] }
  expect(toCsv('step', [formula])).toBe("step,'=HYPERLINK(1)\n20,-0.5\n")
})

it('samples rows evenly with both ends', () => {
  expect(sampleRows(3, 5)).toEqual([0, 1, 2])
  expect(sampleRows(101, 5)).toEqual([0, 25, 50, 75, 100])
})

it('pairs counts with their edges', () => {
  expect(toBins({ edges: [0, 1, 2], counts: [5, 6] })).toEqual([
    { from: 0, to: 1, count: 5 },
    { from: 1, to: 2, count: 6 },
  ])
})

it('spreads an axis whose values differ by rounding alone, and no other', () => {
  const [low, high] = withSpread(0.99999994, 1.00000006)
  expect(high - low).toBeCloseTo(1e-4, 8)
  expect((low + high) / 2).toBeCloseTo(1, 8)
  expect(withSpread(1, 1)).toEqual([1, 1])
  expect(withSpread(0.9, 1)).toEqual([0.9, 1])
  expect(withSpread(0, 1e-9)).toEqual([0, 1e-9])
})

describe('axis of counts', () => {
  it('is linear by default, in whole numbers', () => {
    expect(countAxis(3, false)).toMatchObject({ ticks: [0, 1, 2, 3], top: 3 })
  })
  it('shows a count of one on a logarithmic axis and leaves zero at the bottom', () => {
    const { height, count, ticks, top } = countAxis(1500, true)
    expect(height(0)).toBe(0)
    expect(height(1) / top).toBeGreaterThan(0.05)
    expect(ticks.map(count)).toEqual([0, 1, 10, 100, 1000])
    expect(countAxis(1, true).ticks.map(count)).toEqual([0, 1])
  })
})

describe('smoothing', () => {
  const of = (y: (number | null)[], weight: number) =>
    smoothed({ key: 'k', label: 'k', color: '--c', x: y.map((_, n) => n), y }, weight).y
  it('is the weighted mean of a value and those before it, from the first one on', () => {
    const [weight, values] = [0.9, [5, 1, 4, 2]]
    const mean = (upTo: number) => {
      const weights = values.slice(0, upTo + 1).map((_, n) => weight ** (upTo - n))
      return weights.reduce((sum, w, n) => sum + w * (values[n] as number), 0) / weights.reduce((sum, w) => sum + w, 0)
    }
    of(values, weight).forEach((value, n) => {
      expect(value).toBeCloseTo(mean(n), 12)
    })
  })
  it('leaves gaps and measured values alone', () => {
    expect(of([1, null, 1], 0.5)).toEqual([1, null, 1])
    expect(of([3, 1], 0)).toEqual([3, 1])
  })
})

describe('missing values', () => {
  it('are found where a distance is far longer than those around it', () => {
    expect(breaksOf([0, 10, 20, 30, 200, 210, 220])).toEqual([115])
    expect(breaksOf([0, 10, 20, 30, 200, 210, 220], 200)).toEqual([])
  })
  it('are none where values are dense in one part and rare in another, or ever rarer', () => {
    expect(breaksOf([0, 100, 200, 300, 301, 302, 303, 304, 404, 504, 604])).toEqual([])
    expect(breaksOf([1, 2, 4, 8, 16, 32, 64, 128])).toEqual([])
    expect(breaksOf([0, 500])).toEqual([])
  })
  it('interrupt the line, and are told from values that are no numbers', () => {
    const series = { ...loss, bad: [{ x: 20, word: 'NaN' }], breaks: [25] }
    expect(align([series])).toEqual({ x: [10, 20, 25, 30], columns: [[3, null, null, 1]] })
    expect([10, 20, 25].map((at) => gapWord(series, at))).toEqual([null, 'NaN', 'no values here'])
    expect(gapWord({ ...loss, y: [0, null, 1] }, 10)).toBe('0 has no logarithm')
    expect(gapWord(loss, 20)).toBe('not a number')
  })
})
