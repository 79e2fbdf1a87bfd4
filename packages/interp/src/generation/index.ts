export { klDivergence, meanKl, perplexity } from './compare.js'
export { type DrawnToken, type Finish, type GeneratedRow, type GenerationRequest, generate } from './generate.js'
export { createRandom, type Random } from './random.js'
export { GREEDY, logSumExp, type SampledToken, type SamplingOptions, sampleToken } from './sampler.js'
