// The checks room of the worker: its pipeline.
export { checkPipeline } from './check.pipeline.js'
