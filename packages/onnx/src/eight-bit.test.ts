// Guards: the probe of 8-bit sums tells processors that cut them off at 16 bits from exact ones; what the runtime answers here is nobody's
// expectation but that unsigned sums are exact.
import { expect, it } from 'vitest'
import { EIGHT_BIT_OPERANDS, eightBitSums, errorOfSums } from './eight-bit.js'
import { createOrtRuntime } from './ort.js'

const { inner, columns, activation, weights } = EIGHT_BIT_OPERANDS

/** Sums of each column, pairs of products added by `pair`. */
const sums = (pair: (a: number, b: number) => number): number[] =>
  Array.from({ length: columns }, (_, n) => {
    let sum = 0
    for (let k = 0; k < inner; k += 2) {
      sum += pair(activation * weights[k * columns + n]!, activation * weights[(k + 1) * columns + n]!)
    }
    return sum
  })

it('notices sums of two products that stop at the ends of 16 bits', () => {
  expect(errorOfSums(sums((a, b) => a + b))).toBe(0)
  expect(errorOfSums(sums((a, b) => Math.max(-32768, Math.min(32767, a + b))))).toBe(inner * 255 * 128 - 32 * 32768)
})

it('is measured once per runtime, and unsigned sums are exact', async () => {
  const runtime = createOrtRuntime({ threads: 1 })
  const found = await eightBitSums(runtime)
  expect(found.unsigned).toBe(0)
  expect([0, inner * 255 * 128 - 32 * 32768]).toContain(found.signed)
  expect(eightBitSums(runtime)).toBe(eightBitSums(runtime))
})
