import { describe, expect, it } from 'vitest'
import { geometricMedian, meanOf } from './centre.js'

describe('centres of activations', () => {
  it('the geometric median ignores how far an outlier is, the mean does not', () => {
    const cluster = [0, 0, 1, 0, 0, 1, 1, 1, 0.5, 0.5]
    const near = Float32Array.from([...cluster, 10, 10])
    const far = Float32Array.from([...cluster, 1e6, 1e6])
    const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)
    expect(distance(geometricMedian(near, 2), geometricMedian(far, 2))).toBeLessThan(1e-3)
    expect(distance(meanOf(near, 2), meanOf(far, 2))).toBeGreaterThan(1e5)
  })

  it('no step in any direction lowers the sum of distances', () => {
    const x = Float64Array.from([0, 0, 4, 0, 0, 3, 5, 5, 2, 1])
    const sum = (c: ArrayLike<number>) => {
      let total = 0
      for (let at = 0; at < x.length; at += 2) total += Math.hypot(x[at]! - c[0]!, x[at + 1]! - c[1]!)
      return total
    }
    const centre = geometricMedian(x, 2)
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      expect(sum([centre[0]! + 0.01 * dx, centre[1]! + 0.01 * dy])).toBeGreaterThanOrEqual(sum(centre))
    }
  })
})
