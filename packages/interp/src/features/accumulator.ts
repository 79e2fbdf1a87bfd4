// One pass over a dataset describes every feature of an SAE: statistics, histograms, strongest and sampled examples
// together. Fed with sparse activations of whole contexts; knows nothing of models, files or text.
import { FeatureGrouper, type SparseEntries } from './entries.js'
import { FeatureDataError } from './errors.js'
import { ExampleStore, type Firing, SampledExamples, type StoredExample, TopExamples } from './examples.js'
import { type Histogram, HistogramAccumulator } from './histogram.js'
import { type Interval, IntervalExamples } from './intervals.js'
import { groupByQuantile, type QuantileGroups } from './quantiles.js'
import { type FeatureStatistics, StatisticsAccumulator } from './statistics.js'
import { clipWindow, type Window } from './window.js'

export interface AccumulatorParams {
  readonly topExamples: number
  /** Sampled examples per feature; 0 for none. */
  readonly quantileExamples: number
  /** What is sampled: tokens in intervals of activation from zero to the largest, or peaks of contexts; default the latter. */
  readonly sampling?: 'tokens' | 'peaks'
  /** Intervals of activation, for tokens. */
  readonly quantiles?: number
  readonly contextBefore: number
  readonly contextAfter: number
  readonly histogramBins: number
  readonly seed: number
}

/** One context as it is added. */
export interface ContextActivations {
  /** Its number in the dataset; used for ties and kept with examples. */
  readonly context: number
  /** Tokens in the context. */
  readonly length: number
  /** Tokens that count for densities: `length` less the excluded ones. */
  readonly counted: number
  /** Ascending positions at which documents begin. */
  readonly documentStarts: ArrayLike<number>
  /** Activations of the counted tokens. An excluded token shows 0 in windows. */
  readonly entries: SparseEntries
}

type StateArray = Float64Array | Float32Array | Int32Array | Uint16Array
/** Accumulator state as named arrays with shapes; the arrays are views, not copies. */
export type AccumulatorState = Record<string, { readonly shape: readonly number[]; readonly data: StateArray }>

/**
 * Bytes the accumulators of one extraction hold, by part. Constant during the pass: independent of the number of
 * tokens.
 */
export function extractionMemory(dSae: number, params: AccumulatorParams) {
  const width = params.contextBefore + 1 + params.contextAfter
  const statistics = StatisticsAccumulator.bytes(dSae)
  const histograms = HistogramAccumulator.bytes(dSae, params.histogramBins)
  const top = TopExamples.bytes(dSae, params.topExamples, width)
  const sampled =
    ExampleStore.bytes(dSae, sampledSlots(params), width) +
    (params.sampling === 'tokens' ? IntervalExamples.bytes(dSae, params.quantiles ?? 1) : 0)
  return { statistics, histograms, top, sampled, total: statistics + histograms + top + sampled + 4 * dSae }
}

/** Slots per feature for samples: of intervals all have as many. */
function sampledSlots({ quantileExamples, sampling, quantiles = 1 }: AccumulatorParams): number {
  return sampling === 'tokens' ? Math.ceil(quantileExamples / quantiles) * quantiles : quantileExamples
}

export class FeatureAccumulator {
  /** Counted tokens and contexts so far. */
  tokens = 0
  contexts = 0
  private readonly grouper: FeatureGrouper
  private readonly statistics: StatisticsAccumulator
  private readonly histograms: HistogramAccumulator
  private readonly top: TopExamples
  private readonly sampled: SampledExamples | IntervalExamples

  constructor(
    readonly dSae: number,
    readonly params: AccumulatorParams,
  ) {
    const width = params.contextBefore + 1 + params.contextAfter
    this.grouper = new FeatureGrouper(dSae)
    this.statistics = new StatisticsAccumulator(dSae)
    this.histograms = new HistogramAccumulator(dSae, params.histogramBins)
    this.top = new TopExamples(new ExampleStore(dSae, params.topExamples, width))
    const store = new ExampleStore(dSae, sampledSlots(params), width)
    this.sampled =
      params.sampling === 'tokens'
        ? new IntervalExamples(store, params.quantiles ?? 1, params.seed)
        : new SampledExamples(store, params.seed)
  }

  /** Counts one context. Checks before it changes anything: after a FeatureDataError the state is as before. */
  add(activations: ContextActivations): void {
    const { grouper, params } = this
    if (activations.counted > activations.length || activations.counted < 0) {
      throw new FeatureDataError(
        `context ${activations.context}: ${activations.counted} counted of ${activations.length}`,
      )
    }
    grouper.group(activations.entries, activations.length)
    const window = (position: number) =>
      clipWindow(position, params.contextBefore, params.contextAfter, activations.length, activations.documentStarts)
    for (let t = 0; t < grouper.touchedCount; t++) {
      const feature = grouper.touched[t]!
      const firing = this.count(feature, activations.context, grouper.starts[t]!, grouper.starts[t + 1]!)
      this.top.offer(feature, firing, window)
      if (params.quantileExamples > 0) this.sample(feature, firing, window)
    }
    this.tokens += activations.counted
    this.contexts++
  }

  /** Draws are numbered by what is sampled: contexts with a firing, or firing tokens. */
  private sample(feature: number, firing: Firing, window: (position: number) => Window): void {
    const { contexts, firings } = this.statistics
    const tokens = firing.to - firing.from
    const nth = this.sampled instanceof IntervalExamples ? firings[feature]! - tokens : contexts[feature]! - 1
    this.sampled.offer(feature, nth, firing, window)
  }

  /** Adds entries [from, to) of the grouper to statistics and histogram, and returns them with their peak. */
  private count(feature: number, context: number, from: number, to: number): Firing {
    const { positions, values } = this.grouper
    let sum = 0
    let peak = from
    for (let i = from; i < to; i++) {
      const value = values[i]!
      sum += value
      if (value > values[peak]!) peak = i
    }
    this.histograms.addAll(feature, values, from, to)
    const value = values[peak]!
    this.statistics.add(feature, to - from, sum, value)
    return { context, position: positions[peak]!, value, positions, values, from, to }
  }

  statisticsOf(feature: number): FeatureStatistics {
    return this.statistics.of(feature, this.tokens)
  }

  histogramOf(feature: number): Histogram {
    return this.histograms.of(feature)
  }

  /** Strongest contexts, strongest first. */
  topExamplesOf(feature: number): StoredExample[] {
    return this.top.store.sorted(feature)
  }

  /** Sampled examples: of tokens by interval of activation, of peaks by quantile; see `IntervalExamples` and `groupByQuantile`. */
  quantileExamplesOf(feature: number, quantiles: number): QuantileGroups & { readonly intervals: Interval[] | null } {
    if (this.sampled instanceof IntervalExamples) {
      const { intervals, examples } = this.sampled.of(feature)
      const edges = intervals.length > 0 ? [0, ...intervals.map(({ to }) => to)] : []
      return { examples, edges, intervals }
    }
    return { ...groupByQuantile(this.sampled.store.sorted(feature), quantiles), intervals: null }
  }

  /** Features that fired at least once. */
  aliveFeatures(): number {
    return this.statistics.firings.reduce((alive, firings) => alive + (firings > 0 ? 1 : 0), 0)
  }

  /** Firings of all features: divided by the tokens, the mean L0. */
  totalFirings(): number {
    return this.statistics.firings.reduce((sum, firings) => sum + firings, 0)
  }

  /** State as named arrays for storing; views into the accumulator, so write them out before the next `add`. */
  toTensors(): AccumulatorState {
    const { dSae } = this
    const { statistics: s, histograms: h } = this
    return {
      totals: { shape: [2], data: Float64Array.of(this.tokens, this.contexts) },
      'statistics.firings': { shape: [dSae], data: s.firings },
      'statistics.contexts': { shape: [dSae], data: s.contexts },
      'statistics.sums': { shape: [dSae], data: s.sums },
      'statistics.maxima': { shape: [dSae], data: s.maxima },
      'histogram.ranges': { shape: [dSae], data: h.ranges },
      'histogram.counts': { shape: [dSae, h.bins], data: h.counts },
      ...storeTensors('top', this.top.store),
      ...storeTensors('sampled', this.sampled.store),
      ...(this.sampled instanceof IntervalExamples ? intervalTensors(this.sampled) : {}),
    }
  }

  /**
   * An accumulator that goes on exactly where the stored one was.
   * @throws FeatureDataError when an array is missing or has another shape or type than d_sae and the parameters say.
   */
  static fromTensors(dSae: number, params: AccumulatorParams, state: AccumulatorState): FeatureAccumulator {
    const accumulator = new FeatureAccumulator(dSae, params)
    for (const [name, own] of Object.entries(accumulator.toTensors())) {
      const stored = state[name]
      if (!stored || stored.shape.join() !== own.shape.join() || stored.data.constructor !== own.data.constructor) {
        throw new FeatureDataError(`stored array "${name}" is missing or does not have shape [${own.shape}]`)
      }
      own.data.set(stored.data)
    }
    const totals = state.totals!.data
    accumulator.tokens = totals[0]!
    accumulator.contexts = totals[1]!
    accumulator.top.refresh()
    return accumulator
  }
}

function intervalTensors({ store: { dSae }, intervals, ranges, counts, filled }: IntervalExamples): AccumulatorState {
  return {
    'intervals.ranges': { shape: [dSae], data: ranges },
    'intervals.counts': { shape: [dSae, intervals], data: counts },
    'intervals.filled': { shape: [dSae, intervals], data: filled },
  }
}

function storeTensors(name: string, store: ExampleStore): AccumulatorState {
  const shape = [store.dSae, store.slots]
  return {
    [`${name}.filled`]: { shape: [store.dSae], data: store.filled },
    [`${name}.value`]: { shape, data: store.value },
    [`${name}.context`]: { shape, data: store.context },
    [`${name}.position`]: { shape, data: store.position },
    [`${name}.peak`]: { shape, data: store.peak },
    [`${name}.length`]: { shape, data: store.length },
    [`${name}.activations`]: { shape: [...shape, store.width], data: store.activations },
  }
}
