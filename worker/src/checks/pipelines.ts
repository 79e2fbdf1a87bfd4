// The pipelines of the room: one per kind of job that its definition names.
import type { checksWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { checkPipeline } from './check.pipeline.js'

export const pipelines: PipelinesOf<typeof checksWork> = {
  'installation.check': checkPipeline,
}
