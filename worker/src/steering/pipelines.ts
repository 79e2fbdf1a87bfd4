// The pipelines of the room: one per kind of job that its definition names.
import type { steeringWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { chatPipeline } from './chat.pipeline.js'
import { generatePipeline } from './generate.pipeline.js'

export const pipelines: PipelinesOf<typeof steeringWork> = {
  'steering.generate': generatePipeline,
  'steering.chat': chatPipeline,
}
