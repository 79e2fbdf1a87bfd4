import { expect, it } from 'vitest'
import { fromHalves, type HalfKind, toHalves } from './half-rows.js'

/** What comes back of values. */
function kept(kind: HalfKind, values: readonly number[]): number[] {
  const out = new Float32Array(values.length + 1)
  fromHalves(kind, toHalves(kind, Float32Array.from(values)), out, 1)
  expect(out[0]).toBe(0)
  return [...out.subarray(1)]
}

/** Nearest number with so many significant bits, to even in a tie, in plain arithmetic. */
function rounded(value: number, significant: number): number {
  if (value === 0) return 0
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - significant + 1)
  const whole = Math.floor(value / unit)
  const rest = value / unit - whole
  return (rest > 0.5 || (rest === 0.5 && whole % 2 !== 0) ? whole + 1 : whole) * unit
}

const values = [0, 1, -1, 1.00048828125, 1.00146484375, 0.1, -2.7, 1234.567, 1.00390625, 1.01171875, 65504, -2e-3]

it.each([
  ['float16', 11],
  ['bfloat16', 8],
] as const)('%s keeps the nearest number with %i significant bits', (kind, significant) => {
  const wanted = values.map((value) => rounded(Math.fround(value), significant))
  expect(kept(kind, values)).toEqual(wanted)
})

it('keeps activations beyond the range of a half finite', () => {
  expect(kept('float16', [1e6, -70_000, 65_519])).toEqual([65_504, -65_504, 65_504])
  expect(kept('bfloat16', [1e6])[0]).toBeCloseTo(1e6, -4)
})
