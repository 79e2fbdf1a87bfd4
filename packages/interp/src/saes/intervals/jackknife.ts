// Intervals of figures over documents: tokens of one document depend on one another, also across the contexts it is cut into, so whole
// documents are what is left out. Delete-one jackknife (Efron & Tibshirani 1993, chapter 11). Pure.

/** A figure and its 95 % interval; null bounds when there are too few documents, or the figure is not finite. */
export interface Estimate {
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** Fewer documents than this, counted by {@link effectiveNumber}, give no interval. */
export const LEAST_DOCUMENTS = 4

/** A figure that has no meaning here. */
export const NO_ESTIMATE: Estimate = { value: Number.NaN, low: null, high: null }

/**
 * Estimate of a figure. `whole`: its value over all documents; `without`: over all but one, for each document; `sizes`: how much each
 * document weighs, equal when not given. The interval is whole ± t · SE with Student's t of as many degrees of freedom as documents of
 * equal size would have.
 */
export function jackknife(whole: number, without: readonly number[], sizes?: readonly number[]): Estimate {
  const n = without.length
  const effective = sizes ? effectiveNumber(sizes) : n
  if (effective < LEAST_DOCUMENTS || !Number.isFinite(whole) || !without.every(Number.isFinite)) {
    return { value: whole, low: null, high: null }
  }
  const mean = without.reduce((sum, value) => sum + value, 0) / n
  const variance = (without.reduce((sum, value) => sum + (value - mean) ** 2, 0) * (n - 1)) / n
  const half = studentQuantile(effective - 1) * Math.sqrt(variance)
  return { value: whole, low: whole - half, high: whole + half }
}

/** (Σ size)² / Σ size²: the number of documents of equal size that carry as much. */
export function effectiveNumber(sizes: readonly number[]): number {
  const sum = sizes.reduce((total, size) => total + size, 0)
  const squares = sizes.reduce((total, size) => total + size * size, 0)
  return squares > 0 ? (sum * sum) / squares : 0
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
