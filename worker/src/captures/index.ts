// Activation captures of the worker.
export { capturePipeline } from './capture.pipeline.js'

export { openShard } from './shards.js'
