// What the final norm does to a direction beyond its weight and centring: it divides by a number that depends on the token. Pure.

/** 1 / divisor of the final norm over tokens: the mean, and what 5 % of the tokens lie below and above. */
export interface OutputScale {
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly tokens: number
}

/** `divisors`: the final norm's, one per token (√(mean square + eps)); null without any. */
export function outputScale(divisors: ArrayLike<number>): OutputScale | null {
  const factors = Float64Array.from(divisors, (divisor) => 1 / divisor).sort()
  const tokens = factors.length
  if (tokens === 0) return null
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / tokens
  const at = (share: number): number => factors[Math.min(tokens - 1, Math.floor(share * tokens))]!
  return { mean, low: at(0.05), high: at(0.95), tokens }
}
