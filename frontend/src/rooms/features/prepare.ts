// What a feature looks like on screen: examples by group, bars of logits, number typed to go to. Pure.
import type { Example, ExtractionSummary, Feature, Logit } from '@mistudio/contracts'
import { formatNumber, formatPercent, formatValue } from '../../ui/format.js'

export interface ExampleGroup {
  readonly key: string
  readonly title: string
  readonly examples: readonly Example[]
}

type Interval = NonNullable<Feature['histogram']['intervals']>[number]

/** Interval of activation with its share of all firings; the highest ends at the largest activation. */
function intervalTitle(intervals: readonly Interval[], group: number, most: number): string {
  const { from, to: end, firings } = intervals[group]!
  const to = Math.min(end, most)
  const all = intervals.reduce((sum, interval) => sum + interval.firings, 0)
  return `Tokens from ${formatValue(from)} to ${formatValue(to)}: ${formatPercent(firings / all)} of firings (${formatNumber(firings)})`
}

/** Top examples first (strongest first), then quantile groups from the strongest to the weakest. */
export const groupExamples = (
  examples: readonly Example[],
  quantileEdges: readonly number[],
  intervals: readonly Interval[] = [],
  most = Number.POSITIVE_INFINITY,
): ExampleGroup[] => {
  const strongest = (list: readonly Example[]) => [...list].sort((a, b) => b.value - a.value)
  const top = strongest(examples.filter((one) => one.kind === 'top'))
  const groups = [
    ...new Set(examples.flatMap((one) => (one.kind === 'quantile' && one.group !== null ? [one.group] : []))),
  ].sort((a, b) => b - a)
  const range = (group: number) => {
    const [low, high] = [quantileEdges[group], quantileEdges[group + 1]]
    return low === undefined || high === undefined ? '' : `: ${formatValue(low)} to ${formatValue(high)}`
  }
  return [
    ...(top.length > 0 ? [{ key: 'top', title: 'Strongest', examples: top }] : []),
    ...groups.map((group) => ({
      key: `q${group}`,
      title: intervals[group]
        ? intervalTitle(intervals, group, most)
        : `Peaks of contexts, group ${group + 1} of ${Math.max(groups.length, quantileEdges.length - 1)}${range(group)}`,
      examples: strongest(examples.filter((one) => one.kind === 'quantile' && one.group === group)),
    })),
  ]
}

/** What the bars of logits mean. */
export function logitsText(scale: ExtractionSummary['outputScale']): string {
  const what = 'W_dec · W_U with the final norm\u2019s weight and centring'
  if (scale === undefined)
    return 'Direct effect on the logits, up to the final norm\u2019s scale and without its centring: W_dec · W_U, as an earlier version stored it. Extract again for effects at the average norm.'
  if (scale === null)
    return `Direct effect on the logits, up to the final norm\u2019s scale: ${what}. Compare tokens, not features.`
  const [low, high] = [scale.low / scale.mean, scale.high / scale.mean].map((share) => share.toFixed(2))
  return `Direct effect on the logits per unit of activation at the average final norm: ${what} × ${scale.mean.toPrecision(3)}. For 90 % of ${formatNumber(scale.tokens)} tokens it is ${low} to ${high} times that.`
}

/** Share of the longest bar, 0–1. */
export const barShare = (logits: readonly Logit[], value: number): number => {
  const longest = Math.max(0, ...logits.map((logit) => Math.abs(logit.value)))
  return longest > 0 ? Math.abs(value) / longest : 0
}

/** Pages that rows `first`–`last` lie on. */
export const pagesOf = (first: number, last: number, pageRows: number): number[] => {
  const from = Math.max(0, Math.floor(first / pageRows))
  const to = Math.max(from, Math.floor(Math.max(0, last) / pageRows))
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
