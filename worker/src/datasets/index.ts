// The datasets room of the worker: its pipelines.
export { documentsPipeline } from './documents.pipeline.js'
export { importPipeline } from './import.pipeline.js'
export { previewPipeline } from './preview.pipeline.js'
export { samplesPipeline } from './samples.pipeline.js'
export { tokenizePipeline } from './tokenize.pipeline.js'
