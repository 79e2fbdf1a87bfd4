export { createRandom, type Random } from '../random/generator.js'
export { klDivergence, meanKl, perplexity } from './compare.js'
export { type DrawnToken, type Finish, type GeneratedRow, type GenerationRequest, generate } from './generate.js'
export {
  addVectors,
  allOf,
  editFeatures,
  type GenerationStep,
  type InterventionSource,
  NO_INTERVENTIONS,
  type RowEdits,
  type RowVectors,
  type SteeringScope,
} from './interventions.js'
export { likeliestTokens, logSumExp, type TokenLogprob } from './logprobs.js'
export { GREEDY, type SampledToken, type SampleRequest, Sampler, type SamplingOptions } from './sampler.js'
