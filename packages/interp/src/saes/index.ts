// Sparse autoencoders: formats' meaning, encoding, decoding, training mathematics, metrics. Threads and files are the worker's.

export type { SaeArchitecture, SaeModel } from './architectures/architecture.js'
export { saeArchitectureOf } from './architectures/index.js'
export { auxWidth } from './aux-width.js'
export { type MeasureRequest, measureSae, type SaeMeasurement } from './check/measure.js'
export { doubtful, type Trial, type Verdict, verdictOf } from './check/verdict.js'
export {
  type SaeCfg,
  SaeCfgSchema,
} from './config.js'
export {
  afterStep,
  coefficientFactor,
  smoothL0,
  TARGET_L0_START,
  type TargetL0Options,
  type TargetL0State,
} from './control/target-l0.js'
export { geometricMedian, meanOf } from './data/centre.js'
export { SparseDecoder } from './decoder.js'
export { SaeError, type SaeErrorCode } from './errors.js'
export {
  type Evaluation,
  type EvaluationActivations,
  type EvaluationBatch,
  type EvaluationFigures,
  type EvaluationModel,
  type EvaluationRequest,
  type EvaluationSae,
  evaluateSae,
} from './evaluation.js'
export {
  type CeEstimates,
  estimatesOf,
  fvuGain,
  type SaeEstimates,
  unexplained,
  wholeOf,
} from './intervals/estimates.js'
export { type Estimate, jackknife, LEAST_DOCUMENTS, NO_ESTIMATE } from './intervals/jackknife.js'
export { type KnownLosses, SumsByUnit, type UnitSums } from './intervals/sums.js'
export { type LeaveOutUnits, leaveOutUnits } from './intervals/units.js'
export { joinFloats } from './join.js'
export { modernCfg } from './legacy.js'
export { ceRecovered, klGraph, klRecovered, type ReconstructionFigures, ReconstructionMetrics } from './metrics.js'
export { type DecoderCosines, decoderCosines } from './quality/decoder-cosines.js'
export { type Downstream, type DownstreamLogits, downstream } from './quality/downstream.js'
export {
  DENSITY_BINS,
  densityHistogram,
  type FeatureFirings,
  featureFirings,
  featureWeights,
} from './quality/features.js'
export { type Quality, type QualityBatch, reconstructionQuality } from './quality/reconstruction.js'
export { parseSaeCfg, readSae, type SaeParts, saeParts } from './read.js'
export { decodeReference, type Encoding, encodeReference, forwardReference } from './reference.js'
export { type EncodeOptions, Sae } from './sae.js'
export { type LearningRateSchedule, learningRate } from './schedules.js'
export { denseCode, type SparseCode, sparseCode, type TokenScales } from './sparse.js'
export { assign } from './synthetic/hungarian.js'
export {
  type GroundTruthProblem,
  type GroundTruthScores,
  groundTruthProblem,
  scoreOnGroundTruth,
} from './synthetic/problem.js'
export {
  type Classification,
  classify,
  type DictionaryMatch,
  deadLatents,
  type GroundTruth,
  matchDictionary,
  type ScoredSae,
  shrinkage,
} from './synthetic/scores.js'
export type {
  ProbedTrainStep,
  StepControl,
  StepEngine,
  TrainStep,
  TrainStepMetrics,
  TrainStepRequest,
  TrainStepState,
} from './train-step.js'
export * from './training/index.js'
