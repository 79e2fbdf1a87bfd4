// Intervals of figures over contexts: tokens of one context depend on one another, contexts hardly, so contexts are what is left out.
// Delete-one jackknife (Efron & Tibshirani 1993, chapter 11). Pure.

/** A figure and its 95 % interval; null bounds when there are too few contexts, or the figure is not finite. */
export interface Estimate {
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** Fewer contexts than this give no interval. */
export const LEAST_CONTEXTS = 4

/**
 * Estimate of a figure. `whole`: its value over all contexts; `without`: over all but one, for each context. The interval is
 * whole ± t · SE with Student's t of n − 1 degrees of freedom.
 */
export function jackknife(whole: number, without: readonly number[]): Estimate {
  const n = without.length
  if (n < LEAST_CONTEXTS || !Number.isFinite(whole) || !without.every(Number.isFinite)) {
    return { value: whole, low: null, high: null }
  }
  const mean = without.reduce((sum, value) => sum + value, 0) / n
  const variance = (without.reduce((sum, value) => sum + (value - mean) ** 2, 0) * (n - 1)) / n
  const half = studentQuantile(n - 1) * Math.sqrt(variance)
  return { value: whole, low: whole - half, high: whole + half }
}

/** 97.5 % quantile of Student's t, by its expansion around the normal one (Abramowitz & Stegun 26.7.5); 1 % off at 3 degrees. */
export function studentQuantile(degrees: number): number {
  const z = 1.959963984540054
  const terms = [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ]
  return terms.reduce((sum, term, power) => sum + term / degrees ** power, 0)
}
