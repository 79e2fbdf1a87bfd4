// The models room of the worker: its pipelines, and the models that this process keeps open.
export { availableMemory } from './available-memory.js'
export { withModelErrors } from './errors.js'

export {
  exportMemory,
  modelMemory,
  requireWritingRoom,
  runBytes,
} from './memory.js'
export { ModelStore, modelStore, type OpenModel } from './model-store.js'
export { promptIds } from './prompt.js'
export { registerPipeline } from './register.pipeline.js'
