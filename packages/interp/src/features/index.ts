// Feature statistics of an SAE: one-pass accumulators, decoder geometry and single-text probes.

export { seededPermutation, uniform } from '../random/counter.js'
export {
  type AccumulatorParams,
  type AccumulatorState,
  type ContextActivations,
  extractionMemory,
  FeatureAccumulator,
} from './accumulator.js'
export { type DecoderRows, directLogits, nearestFeatures } from './decoder.js'
export { EntryBuffer, type SparseEntries } from './entries.js'
export { FeatureDataError } from './errors.js'
export type { StoredExample } from './examples.js'
export { type Fidelity, FidelityAccumulator } from './fidelity.js'
export type { Histogram } from './histogram.js'
export type { Interval } from './intervals.js'
export { type OutputScale, outputScale } from './output-scale.js'
export { type ActiveFeature, activationsOf, strongestPerToken } from './probe.js'
export { type Extremes, extremeProducts, type ProductOptions, type RowHistograms } from './products.js'
export { type GroupedExample, groupByQuantile, type QuantileGroups } from './quantiles.js'
export type { FeatureStatistics } from './statistics.js'
export { clipWindow, type Window } from './window.js'
