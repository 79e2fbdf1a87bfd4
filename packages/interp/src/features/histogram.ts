// Histogram of non-zero activations for every feature at once, on linear bins whose range grows by doubling without
// losing exactness.
import { FeatureDataError } from './errors.js'

/** One feature's histogram: `edges` has one element more than `counts`; bin i covers [edges[i], edges[i + 1]). */
export interface Histogram {
  readonly edges: number[]
  readonly counts: number[]
}

/**
 * Smallest power of two above a finite positive value, in double precision (a float32 can be as large as just below
 * 2^128).
 */
function powerAbove(value: number): number {
  const power = 2 ** (Math.floor(Math.log2(value)) + 1)
  // log2 may round across a power of two; two comparisons settle it.
  if (power <= value) return power * 2
  return power / 2 > value ? power / 2 : power
}

/**
 * `bins` equal bins over [0, R) per feature, R a power of two. The first value sets R to the smallest power of two
 * above it; a value ≥ R doubles R, and the neighbours 2i and 2i + 1 become bin i. A float32 times a bin number below
 * 2^16 is exact in double precision and R only scales by powers of two, so the counts equal those of binning all values
 * with the final R at once: R is the smallest power of two above the maximum, whatever the order of the values.
 */
export class HistogramAccumulator {
  /** R per feature [d_sae]; 0 without values. */
  readonly ranges: Float64Array
  /** [d_sae, bins]; doubles hold counts exactly up to 2^53. */
  readonly counts: Float64Array

  constructor(
    readonly dSae: number,
    readonly bins: number,
  ) {
    this.ranges = new Float64Array(dSae)
    this.counts = new Float64Array(dSae * bins)
  }

  static bytes(dSae: number, bins: number): number {
    return dSae * (8 + 8 * bins)
  }

  /** Counts one finite positive value. */
  add(feature: number, value: number): void {
    this.addAll(feature, [value], 0, 1)
  }

  /** Counts values[from..to), all finite and positive. */
  addAll(feature: number, values: ArrayLike<number>, from: number, to: number): void {
    const { bins, counts } = this
    const base = feature * bins
    let range = this.ranges[feature]!
    for (let i = from; i < to; i++) {
      const value = values[i]!
      if (value >= range) range = this.widen(feature, value)
      counts[base + Math.floor((value * bins) / range)]!++
    }
  }

  /** Histogram of one feature; a feature without values has zero counts over [0, 1). */
  of(feature: number): Histogram {
    const stored = this.ranges[feature]
    if (stored === undefined) throw new FeatureDataError(`feature ${feature} is outside 0..${this.dSae - 1}`)
    const range = stored || 1
    const edges = Array.from({ length: this.bins + 1 }, (_, i) => (range * i) / this.bins)
    return { edges, counts: Array.from(this.counts.subarray(feature * this.bins, (feature + 1) * this.bins)) }
  }

  private widen(feature: number, value: number): number {
    const wanted = powerAbove(value)
    const stored = this.ranges[feature]!
    for (let range = stored || wanted; range < wanted; range *= 2) this.mergeNeighbours(feature)
    this.ranges[feature] = wanted
    return wanted
  }

  private mergeNeighbours(feature: number): void {
    const { bins, counts } = this
    const base = feature * bins
    const half = Math.ceil(bins / 2)
    for (let i = 0; i < half; i++) {
      const second = 2 * i + 1 < bins ? counts[base + 2 * i + 1]! : 0
      counts[base + i] = counts[base + 2 * i]! + second
    }
    counts.fill(0, base + half, base + bins)
  }
}
