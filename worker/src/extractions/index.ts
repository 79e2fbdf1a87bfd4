// The extractions room of the worker: its pipeline.
export { extractPipeline } from './extract.pipeline.js'
