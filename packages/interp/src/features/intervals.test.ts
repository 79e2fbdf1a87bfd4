// Guards: samples by strength cover every interval from zero to the largest activation, count all firings, and are uniform within an
// interval however the range grew.
import { expect, it } from 'vitest'
import { ExampleStore, type Firing } from './examples.js'
import { IntervalExamples } from './intervals.js'

const INTERVALS = 5
const window = (position: number) => ({ start: position, end: position + 1 })

/** Offers the values one context each. */
function offered(values: readonly number[], share: number, seed: number): IntervalExamples {
  const examples = new IntervalExamples(new ExampleStore(1, INTERVALS * share, 1), INTERVALS, seed)
  values.forEach((value, context) => {
    const firing: Firing = {
      context,
      position: 3,
      value,
      from: 0,
      to: 1,
      positions: Int32Array.of(3),
      values: Float32Array.of(value),
    }
    examples.offer(0, context, firing, window)
  })
  return examples
}

// Weak values are frequent, strong ones rare, and the strongest comes late: the range doubles four times.
const VALUES = [
  0.11,
  0.4,
  0.2,
  ...Array.from({ length: 400 }, (_, i) => 0.05 + ((i * 61) % 100) / 100),
  1.9,
  3.1,
  2.6,
  3.9,
]

it('counts every firing in equal intervals from zero to the largest, and draws from each', () => {
  const { intervals, examples } = offered(VALUES, 3, 1).of(0)
  const width = 4 / INTERVALS
  const wanted = Array.from({ length: INTERVALS }, (_, g) => ({
    from: g * width,
    to: (g + 1) * width,
    firings: VALUES.filter((value) => Math.floor(Math.fround(value) / width) === g).length,
  }))
  expect(intervals).toEqual(wanted)
  for (const [group, { from, to, firings }] of intervals.entries()) {
    const own = examples.filter((example) => example.group === group)
    expect(own.length).toBe(Math.min(3, firings))
    for (const { value, activations } of own) {
      expect(value >= from && value < to).toBe(true)
      expect([...activations]).toEqual([value])
    }
  }
  expect(new Set(examples.map(({ context }) => context)).size).toBe(examples.length)
})

it('is as likely to keep a token seen before the range grew as one seen after', () => {
  const [first, rest] = [Array.from({ length: 30 }, () => 0.3), Array.from({ length: 30 }, () => 0.6)]
  let [early, all] = [0, 0]
  for (let seed = 0; seed < 600; seed++) {
    // 0.3 and 0.6 share an interval once 3.9 was met.
    const { examples } = offered([...first, 3.9, ...rest], 4, seed).of(0)
    const weak = examples.filter(({ group }) => group === 0)
    all += weak.length
    early += weak.filter(({ context }) => context < 30).length
  }
  // 2,400 draws: three standard errors are 0.031.
  expect(Math.abs(early / all - 0.5)).toBeLessThan(0.031)
})
