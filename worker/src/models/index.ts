// The models room of the worker: its pipelines, and the models that this process keeps open.
export { availableMemory } from './available-memory.js'
export { withModelErrors } from './errors.js'
export { inspectPipeline } from './inspect.pipeline.js'
export {
  exportMemory,
  type MemorySubject,
  modelMemory,
  type RunSize,
  requireMemory,
  requireWritingRoom,
  runBytes,
} from './memory.js'
export { ModelStore, modelStore, type OpenModel } from './model-store.js'
export { promptIds } from './prompt.js'
export { registerPipeline } from './register.pipeline.js'
export { verifyPipeline } from './verify.pipeline.js'
export { tensorPipeline } from './weights/tensor.pipeline.js'
export { tensorsPipeline } from './weights/tensors.pipeline.js'
