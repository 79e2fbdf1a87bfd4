// One feature of an extraction as database rows: numbers from the accumulator, words from the tokenizer. Pure; no I/O.
import type { Example, Logit, TokenSpan } from '@mistudio/contracts'
import type {
  Extremes,
  FeatureAccumulator,
  GroupedExample,
  Interval,
  RowHistograms,
  StoredExample,
} from '@mistudio/interp/features'
import type { CopyRows } from './copy-rows.js'

/** Text of the tokens [start, end) of a context. */
export type WindowTexts = (context: number, start: number, end: number) => readonly TokenSpan[]
/** Text of a token standing alone. */
export type TokenText = (id: number) => string

/** What is known of all features before rows are written. */
export interface Findings {
  readonly accumulator: FeatureAccumulator
  readonly quantiles: number
  readonly positive: Extremes | null
  readonly negative: Extremes | null
  readonly histograms: RowHistograms | null
  readonly neighbours: Extremes
}

export interface ExampleRow extends Example {
  /** 0 = strongest of its kind. */
  readonly rank: number
}

export interface FeatureRecord {
  readonly index: number
  readonly density: number
  readonly max: number
  readonly mean: number
  readonly firings: number
  readonly topTokens: string[]
  readonly histogram: { edges: number[]; counts: number[]; intervals?: Interval[] }
  readonly quantileEdges: number[]
  readonly positiveLogits: Logit[]
  readonly negativeLogits: Logit[]
  readonly logitHistogram: { edges: number[]; counts: number[] } | null
  readonly neighbours: { index: number; cosine: number }[]
  readonly best: Example | null
  readonly searchText: string
  readonly examples: ExampleRow[]
}

const TOP_TOKENS = 5
/** Strongest examples whose text can be searched. */
const SEARCHED_EXAMPLES = 5

/** Everything stored about feature `index`. */
export function featureRecord(
  index: number,
  findings: Findings,
  texts: WindowTexts,
  tokenText: TokenText,
): FeatureRecord {
  const { accumulator } = findings
  const { density, max, mean, firings } = accumulator.statisticsOf(index)
  const top = accumulator.topExamplesOf(index).map((example) => exampleOf('top', null, example, texts))
  const sampled = accumulator.quantileExamplesOf(index, findings.quantiles)
  const quantile = sampled.examples.map((example: GroupedExample) =>
    exampleOf('quantile', example.group, example, texts),
  )
  const topTokens = peakTokens(top)
  return {
    index,
    density,
    max,
    mean,
    firings,
    topTokens,
    histogram: { ...accumulator.histogramOf(index), ...(sampled.intervals ? { intervals: sampled.intervals } : {}) },
    quantileEdges: sampled.edges,
    positiveLogits: logitsOf(findings.positive, index, tokenText),
    negativeLogits: logitsOf(findings.negative, index, tokenText),
    logitHistogram: findings.histograms && histogramOf(findings.histograms, index),
    neighbours: pairsOf(findings.neighbours, index).map(({ at, value }) => ({ index: at, cosine: value })),
    best: top[0] ?? null,
    searchText: searchText(topTokens, top),
    examples: [...ranked(top), ...ranked(quantile)],
  }
}

/**
 * Distinct tokens at the peaks of the strongest examples: the most frequent first, equally frequent ones by their
 * strongest example.
 */
export function peakTokens(top: readonly Example[]): string[] {
  const counts = new Map<string, number>()
  for (const example of top) {
    const text = example.tokens[example.peak]!.text
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const tokens = [...counts].sort((a, b) => b[1] - a[1])
  return tokens.slice(0, TOP_TOKENS).map(([text]) => text)
}

function searchText(topTokens: readonly string[], top: readonly Example[]): string {
  const texts = top.slice(0, SEARCHED_EXAMPLES).map(({ tokens }) => tokens.map(({ text }) => text).join(''))
  return [topTokens.join(' '), ...texts].join('\n')
}

function exampleOf(kind: 'top' | 'quantile', group: number | null, stored: StoredExample, texts: WindowTexts): Example {
  const start = stored.position - stored.peak
  return {
    kind,
    group,
    value: stored.value,
    context: stored.context,
    position: stored.position,
    peak: stored.peak,
    tokens: [...texts(stored.context, start, start + stored.activations.length)],
    activations: Array.from(stored.activations),
  }
}

const ranked = (examples: readonly Example[]): ExampleRow[] => examples.map((example, rank) => ({ ...example, rank }))

function pairsOf(extremes: Extremes, row: number): { at: number; value: number }[] {
  return Array.from({ length: extremes.count }, (_, i) => ({
    at: extremes.indices[row * extremes.count + i]!,
    value: extremes.values[row * extremes.count + i]!,
  }))
}

const logitsOf = (extremes: Extremes | null, index: number, tokenText: TokenText): Logit[] =>
  extremes ? pairsOf(extremes, index).map(({ at, value }) => ({ token: tokenText(at), id: at, value })) : []

function histogramOf({ bins, low, high, counts }: RowHistograms, index: number): { edges: number[]; counts: number[] } {
  const [from, to] = [low[index]!, high[index]!]
  return {
    edges: Array.from({ length: bins + 1 }, (_, at) => Number((from + ((to - from) * at) / bins).toPrecision(7))),
    counts: Array.from(counts.subarray(index * bins, (index + 1) * bins)),
  }
}

export const FEATURE_COLUMNS = [
  ...['extraction_id', 'index', 'density', 'max_activation', 'mean_activation', 'firings', 'top_tokens', 'histogram'],
  ...['quantile_edges', 'positive_logits', 'negative_logits', 'neighbours', 'best', 'search_text', 'logit_histogram'],
]

export function writeFeature(rows: CopyRows, extractionId: string, f: FeatureRecord): void {
  rows.row(FEATURE_COLUMNS.length).uuid(extractionId).int4(f.index)
  rows.float8(f.density).float8(f.max).float8(f.mean).int8(f.firings)
  rows.textArray(f.topTokens).json(f.histogram).float8Array(f.quantileEdges)
  rows.json(f.positiveLogits).json(f.negativeLogits).json(f.neighbours)
  if (f.best) rows.json(f.best)
  else rows.null()
  rows.text(f.searchText)
  if (f.logitHistogram) rows.json(f.logitHistogram)
  else rows.null()
}

export const EXAMPLE_COLUMNS = [
  ...['extraction_id', 'feature_index', 'kind', 'rank', '"group"', 'value', 'context', 'position', 'peak'],
  ...['token_ids', 'texts', 'activations'],
]

export function writeExample(rows: CopyRows, extractionId: string, feature: number, e: ExampleRow): void {
  rows.row(EXAMPLE_COLUMNS.length).uuid(extractionId).int4(feature).text(e.kind).int4(e.rank)
  if (e.group === null) rows.null()
  else rows.int4(e.group)
  rows.float4(e.value).int4(e.context).int4(e.position).int4(e.peak)
  rows.int4Array(e.tokens.map(({ id }) => id))
  rows.textArray(e.tokens.map(({ text }) => text))
  rows.float4Array(e.activations)
}
