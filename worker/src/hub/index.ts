// The hub room of the worker: models from the Hugging Face hub.
export { downloadPipeline } from './download.pipeline.js'
export { inspectPipeline } from './inspect.pipeline.js'
export { localPipeline } from './local.pipeline.js'
export { removePipeline } from './remove.pipeline.js'
export { searchPipeline } from './search.pipeline.js'
