// Exact quantiles of a sorted list. Pure.

/** Quantile q in [0, 1] of ascending values, linear between neighbours (NumPy's default). NaN when there is none. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const below = sorted[low]!
  return below + (sorted[Math.min(low + 1, sorted.length - 1)]! - below) * (at - low)
}
