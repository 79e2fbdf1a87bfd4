export { MODEL_TYPES, planModel } from './architectures/index.js'
export { ModelError, type ModelErrorCode } from './errors.js'
export type { InterventionKind, InterventionSlot } from './graphs/intervention-graph.js'
export { type KvCache, selectRows } from './graphs/kv-cache.js'
export type { SpliceProgram } from './graphs/splice.js'
export type { BatchShape, FeatureEdit, Intervention, Strength } from './interventions.js'
export {
  type ForwardRequest,
  type ForwardResult,
  LanguageModel,
  type LoadOptions,
} from './language-model.js'
export type {
  AttentionPlan,
  BlockPlan,
  LinearPlan,
  MlpPlan,
  ModelPlan,
  NormPlan,
  Piece,
  RotaryPlan,
} from './plan.js'
export { PRECISIONS, type Precision, requirePrecision } from './precision.js'
export { describeRope, type Rope } from './rotary/rope.js'
export { cachedActivations, estimateRunMemory, type RunMemory, type RunShape, requireMemory } from './run-memory.js'
export type { CoreSpec, RunnableModel } from './runnable-model.js'
export { type AbsentSite, absentSites, describeShape, findSite, planSites, type Site, siteWidth } from './sites.js'
export {
  type Activation,
  countParameters,
  estimateMemory,
  type MemoryEstimate,
  type ModelSpec,
  type TensorSpec,
} from './spec.js'
export type { TokenBatch } from './token-batch.js'
export { checkTensors, planTensors, requireTensors, type TensorCheck, type TensorProblem } from './weights/tensors.js'
