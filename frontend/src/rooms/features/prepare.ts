// What a feature looks like on screen: examples by group, bars of logits, number typed to go to. Pure.
import type { Example, ExtractionSummary, Feature, FeatureProbe, Logit } from '@mistudio/contracts'
import { formatNumber, formatPercent, formatValue } from '../../ui/format.js'

export interface ExampleGroup {
  readonly key: string
  readonly title: string
  readonly detail: string
  readonly examples: readonly Example[]
}

type Interval = NonNullable<Feature['histogram']['intervals']>[number]

/** Interval of activation with its shares of all firings and of all tokens; the highest ends at the largest activation. */
function intervalOf(intervals: readonly Interval[], group: number, { maxActivation: most, tokens }: Scale) {
  const { from, to: end, firings } = intervals[group]!
  const all = intervals.reduce((sum, interval) => sum + interval.firings, 0)
  const ofTokens = tokens ? ` · ${formatPercent(firings / tokens, 4)} of tokens` : ''
  return {
    title: `${formatValue(from)} to ${formatValue(Math.min(end, most))}`,
    detail: `${formatPercent(firings / all)} of its firings${ofTokens} (${formatNumber(firings)})`,
  }
}

/** What intervals are measured against. */
interface Scale {
  /** The feature's largest activation. */
  readonly maxActivation: number
  /** All tokens that were read; null when that is not known. */
  readonly tokens: number | null
}

type GroupedFeature = Pick<Feature, 'examples' | 'quantileEdges' | 'histogram' | 'maxActivation'>

/** Top examples first (strongest first), then quantile groups from the strongest to the weakest. */
export const groupExamples = (
  { examples, quantileEdges, histogram: { intervals = [] }, maxActivation }: GroupedFeature,
  tokens: number | null,
): ExampleGroup[] => {
  const strongest = (list: readonly Example[]) => [...list].sort((a, b) => b.value - a.value)
  const top = strongest(examples.filter((one) => one.kind === 'top'))
  const groups = [
    ...new Set(examples.flatMap((one) => (one.kind === 'quantile' && one.group !== null ? [one.group] : []))),
  ].sort((a, b) => b - a)
  const range = (group: number) => {
    const [low, high] = [quantileEdges[group], quantileEdges[group + 1]]
    return low === undefined || high === undefined ? '' : `${formatValue(low)} to ${formatValue(high)}`
  }
  return [
    ...(top.length > 0 ? [{ key: 'top', title: 'Strongest', detail: '', examples: top }] : []),
    ...groups.map((group) => ({
      key: `q${group}`,
      ...(intervals[group]
        ? intervalOf(intervals, group, { maxActivation, tokens })
        : {
            title: `Group ${group + 1} of ${Math.max(groups.length, quantileEdges.length - 1)}`,
            detail: `peaks of contexts ${range(group)}`.trim(),
          }),
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

/** Features that fire on a text, by their strongest activation among those kept for its tokens. */
export function strongestInText({
  topFeatures,
}: Pick<FeatureProbe, 'topFeatures'>): { index: number; value: number }[] {
  const best = new Map<number, number>()
  for (const { index, value } of topFeatures.flat()) best.set(index, Math.max(best.get(index) ?? 0, value))
  return [...best].map(([index, value]) => ({ index, value })).sort((a, b) => b.value - a.value || a.index - b.index)
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
