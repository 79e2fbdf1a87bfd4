// Training steps that use the whole machine: the features of an SAE shared out over threads, and the choice between them and the plain
// reference. Numbers in, numbers out: no files, no jobs, no product errors.
export type { Way } from './layout/layout.js'
export { engineOf, openTrainStep, stepBytes } from './open.js'
export { ShardedStep, type ShardedStepOptions, shardedEngine } from './sharded-step.js'
