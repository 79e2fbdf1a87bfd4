// The models room of the worker: its pipelines, and the models that this process keeps open.
export { withModelErrors } from './errors.js'
export { inspectPipeline } from './inspect.pipeline.js'
export { ModelStore, modelStore, type OpenModel } from './model-store.js'
export { promptIds } from './prompt.js'
export { registerPipeline } from './register.pipeline.js'
