// The steering room of the worker: its pipeline.
export { generatePipeline } from './generate.pipeline.js'
