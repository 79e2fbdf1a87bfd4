// Exact counts, sums and maxima of every feature over the tokens read.

/** What is known of one feature's activations over all counted tokens. */
export interface FeatureStatistics {
  /** Share of counted tokens on which the activation is not zero. */
  readonly density: number
  readonly max: number
  /** Mean over firings; 0 when the feature never fired. */
  readonly mean: number
  readonly firings: number
  /** Contexts with at least one firing. */
  readonly contexts: number
}

export class StatisticsAccumulator {
  /** [d_sae] each; doubles hold counts exactly up to 2^53. */
  readonly firings: Float64Array
  readonly contexts: Float64Array
  readonly sums: Float64Array
  readonly maxima: Float32Array

  constructor(dSae: number) {
    this.firings = new Float64Array(dSae)
    this.contexts = new Float64Array(dSae)
    this.sums = new Float64Array(dSae)
    this.maxima = new Float32Array(dSae)
  }

  static bytes(dSae: number): number {
    return dSae * (8 + 8 + 8 + 4)
  }

  /** Adds the firings of `feature` in one context. */
  add(feature: number, firings: number, sum: number, max: number): void {
    this.firings[feature]! += firings
    this.contexts[feature]!++
    this.sums[feature]! += sum
    if (max > this.maxima[feature]!) this.maxima[feature] = max
  }

  /** Statistics of one feature given the number of counted tokens. */
  of(feature: number, tokens: number): FeatureStatistics {
    const firings = this.firings[feature]!
    return {
      density: tokens === 0 ? 0 : firings / tokens,
      max: this.maxima[feature]!,
      mean: firings === 0 ? 0 : this.sums[feature]! / firings,
      firings,
      contexts: this.contexts[feature]!,
    }
  }
}
