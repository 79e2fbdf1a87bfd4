// The pipelines of the room: one per kind of job that its definition names.
import type { modelsWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { inspectPipeline } from './inspect.pipeline.js'
import { registerPipeline } from './register.pipeline.js'
import { verifyPipeline } from './verify.pipeline.js'
import { tensorPipeline } from './weights/tensor.pipeline.js'
import { tensorsPipeline } from './weights/tensors.pipeline.js'

export const pipelines: PipelinesOf<typeof modelsWork> = {
  'model.inspect': inspectPipeline,
  'model.register': registerPipeline,
  'model.verify': verifyPipeline,
  'model.tensors': tensorsPipeline,
  'model.tensor': tensorPipeline,
}
