// The saes room of the worker: SAEs coming in, checked, and going out.
export { checkSaePipeline } from './check.pipeline.js'
export { exportSaePipeline } from './export.pipeline.js'
export { hubSaesPipeline } from './hub.pipeline.js'
export { importSaePipeline } from './import.pipeline.js'
export { inspectSaePipeline } from './inspect.pipeline.js'
export { publishSaePipeline } from './publish.pipeline.js'
