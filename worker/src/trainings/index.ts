// The trainings room of the worker: its pipelines.
export { estimatePipeline } from './estimate.pipeline.js'
export { openTrainStep, stepMeans } from './open-step.js'
export { trainPipeline } from './train.pipeline.js'
