// Splits a feature's sampled examples into groups of equal rank.
import type { StoredExample } from './examples.js'

export interface GroupedExample extends StoredExample {
  /** 0 = weakest group. */
  readonly group: number
}

export interface QuantileGroups {
  /** Strongest first. */
  readonly examples: GroupedExample[]
  /**
   * groups + 1 ascending values: group g reaches from edges[g] (its smallest value) to edges[g + 1]; the last edge is
   * the largest value. Empty without examples.
   */
  readonly edges: number[]
}

/**
 * Groups examples by quantile rank of their peak activation.
 *
 * The examples are a uniform random sample of the contexts in which the feature fires (one peak per context), so group
 * borders are estimates whose precision is given by the number of examples, not exact quantiles of all tokens. The n
 * examples are sorted by value ascending (equal values: lower context first); example i goes into group floor(i · G /
 * n), with G = min(quantiles, n) groups. Group sizes therefore differ by one at most and none is empty.
 *
 * @param sorted examples in descending order of value, equal values by ascending context (as `ExampleStore.sorted`
 * gives them).
 */
export function groupByQuantile(sorted: readonly StoredExample[], quantiles: number): QuantileGroups {
  const n = sorted.length
  const groups = Math.min(quantiles, n)
  if (groups === 0) return { examples: [], edges: [] }
  const ascending = [...sorted].sort((a, b) => a.value - b.value || a.context - b.context)
  const grouped = ascending.map((example, i) => ({ ...example, group: Math.floor((i * groups) / n) }))
  const edges = Array.from({ length: groups }, (_, g) => grouped[Math.ceil((g * n) / groups)]!.value)
  edges.push(grouped[n - 1]!.value)
  return { examples: grouped.reverse(), edges }
}
