// Centres of activations, where b_dec may start.
import type { Floats } from '../training/math/linear.js'

/** Mean over the tokens of x [tokens, d]. */
export function meanOf(x: Floats, d: number): Float64Array {
  const mean = new Float64Array(d)
  const tokens = x.length / d
  for (let at = 0; at < x.length; at++) mean[at % d]! += x[at]! / tokens
  return mean
}

const MOST_ROUNDS = 100
/** A round that moves the centre less than this share of its (harmonic) mean distance to the tokens is the last. */
const TOLERANCE = 1e-6

/** Point of the smallest summed distance to the tokens of x [tokens, d], by Weiszfeld's iteration from the mean. */
export function geometricMedian(x: Floats, d: number): Float64Array {
  let centre = meanOf(x, d)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = new Float64Array(d)
    let weights = 0
    for (let first = 0; first < x.length; first += d) {
      let square = 0
      for (let i = 0; i < d; i++) square += (x[first + i]! - centre[i]!) ** 2
      const distance = Math.max(Math.sqrt(square), 1e-12)
      weights += 1 / distance
      for (let i = 0; i < d; i++) next[i]! += x[first + i]! / distance
    }
    let moved = 0
    for (let i = 0; i < d; i++) {
      next[i]! /= weights
      moved += (next[i]! - centre[i]!) ** 2
    }
    centre = next
    if (Math.sqrt(moved) * weights * d < TOLERANCE * x.length) break
  }
  return centre
}
