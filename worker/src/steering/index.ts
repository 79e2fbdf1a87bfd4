// The steering room of the worker: its pipelines.
export { chatPipeline } from './chat.pipeline.js'
export { generatePipeline } from './generate.pipeline.js'
