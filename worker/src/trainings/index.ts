// The trainings room of the worker: its pipelines.
export { estimatePipeline } from './estimate/estimate.pipeline.js'
export { trainPipeline } from './train.pipeline.js'
