import { expect, it } from 'vitest'
import { decoderCosines } from './decoder-cosines.js'

// Rows at 0°, 60°, 90° and 180°, of different lengths, and one of zeros.
const angles = [0, 60, 90, 180]
const rows = angles.flatMap((angle, n) => [Math.cos, Math.sin].map((f) => (n + 1) * f((angle * Math.PI) / 180)))
const wDec = Float32Array.from([...rows, 0, 0])

it('finds for every row the closest other one, whatever their lengths', () => {
  const cos30 = Math.sqrt(3) / 2
  const { features, mean, max } = decoderCosines(wDec, 5)
  expect(features).toBe(4)
  expect(max).toBeCloseTo(cos30, 6)
  // 0° and 60° are 60° apart, 60° and 90° are 30°, 180° is 90° from the nearest.
  expect(mean).toBeCloseTo((0.5 + cos30 + cos30 + 0) / 4, 6)
})

it('says how many features it looked at where the dictionary is too large for all', () => {
  const [dSae, width] = [200, 3]
  const large = Float32Array.from({ length: dSae * width }, (_, at) => Math.sin(at * at))
  const { features, max } = decoderCosines(large, dSae, 50 * dSae * width)
  const all = decoderCosines(large, dSae)
  expect([features, all.features]).toEqual([50, 200])
  expect(max).toBeLessThanOrEqual(all.max)
})

it('has no figure when there is nothing to compare', () => {
  expect(decoderCosines(new Float32Array(6), 3)).toEqual({ features: 0, mean: Number.NaN, max: Number.NaN })
})
