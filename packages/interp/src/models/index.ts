export { architectureOf, parseModelConfig } from './architectures/index.js'
export { ModelError, type ModelErrorCode } from './errors.js'
export type { InterventionKind, InterventionSlot } from './hooked-graph.js'
export type { BatchShape, Intervention } from './interventions.js'
export { type KvCache, selectRows } from './kv-cache.js'
export {
  type ForwardRequest,
  type ForwardResult,
  LanguageModel,
  type LoadOptions,
  type TokenBatch,
} from './language-model.js'
export { describeRope, type Rope } from './rope.js'
export { describeShape, findSite, type Site, siteWidth } from './sites.js'
export {
  type Activation,
  countParameters,
  estimateMemory,
  type MemoryEstimate,
  type ModelSpec,
  type TensorSpec,
} from './spec.js'
export { checkTensors, requireTensors, type TensorCheck, type TensorProblem } from './tensors.js'
