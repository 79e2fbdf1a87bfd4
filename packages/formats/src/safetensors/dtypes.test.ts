import { expect, it } from 'vitest'
import { float16ToFloat32Bits, toFloat32, toFloat64 } from './dtypes.js'

/** Value of a binary16 by its definition (IEEE 754-2008, 3.4). */
function halfByDefinition(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = (bits & 1023) / 1024
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction)
}

it('converts every float16 exactly, signed zeros and NaNs included', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i)
  const out = new Float32Array(65536)
  expect(toFloat32('F16', new Uint8Array(halves.buffer), out, 0)).toBe(true)
  let wrong = 0
  for (let i = 0; i < 65536; i++) if (!Object.is(out[i], halfByDefinition(i))) wrong++
  expect(wrong).toBe(0)
  expect(float16ToFloat32Bits(0x7e01)).toBe(0x7fc02000)
})

it('converts bfloat16 by putting its bits into the upper half of a float32', () => {
  const halves = Uint16Array.from([0x3f80, 0xc049, 0x0001, 0xff80, 0x8000])
  const out = new Float32Array(6)
  toFloat32('BF16', new Uint8Array(halves.buffer), out, 1)
  expect([...out]).toEqual([0, 1, -3.140625, 2 ** -133, Number.NEGATIVE_INFINITY, -0])
})

it('reads integers and doubles as numbers and refuses F8', () => {
  const out = new Float64Array(2)
  toFloat64('I64', new Uint8Array(BigInt64Array.of(-3n, 2n ** 40n).buffer), out, 0)
  expect([...out]).toEqual([-3, 2 ** 40])
  toFloat64('U16', new Uint8Array(Uint16Array.of(65535, 1).buffer), out, 0)
  expect([...out]).toEqual([65535, 1])
  toFloat64('F64', new Uint8Array(Float64Array.of(0.1, -1e300).buffer), out, 0)
  expect([...out]).toEqual([0.1, -1e300])
  expect(toFloat32('F8_E4M3', new Uint8Array(2), new Float32Array(2), 0)).toBe(false)
})
