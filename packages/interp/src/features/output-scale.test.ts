import { expect, it } from 'vitest'
import { outputScale } from './output-scale.js'

it('is the mean of what the final norm multiplies by, with what 5 % of the tokens lie below and above', () => {
  const divisors = Float32Array.from({ length: 100 }, (_, t) => 100 / (((t * 37) % 100) + 1))
  const found = outputScale(divisors)!
  expect(found.mean).toBeCloseTo(0.505, 6)
  expect(found.low).toBeCloseTo(0.06, 6)
  expect(found.high).toBeCloseTo(0.96, 6)
  expect(found.tokens).toBe(100)
  expect(outputScale(new Float32Array(0))).toBeNull()
})
