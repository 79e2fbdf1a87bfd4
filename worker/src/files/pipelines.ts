// The pipelines of the room: one per kind of job that its definition names.
import type { filesWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { removeFilesPipeline } from './remove.pipeline.js'
import { storedCheckPipeline } from './stored-check.pipeline.js'

export const pipelines: PipelinesOf<typeof filesWork> = {
  'files.remove': removeFilesPipeline,
  'data.check': storedCheckPipeline,
}
