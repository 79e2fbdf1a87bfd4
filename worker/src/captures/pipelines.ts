// The pipelines of the room: one per kind of job that its definition names.
import type { capturesWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { capturePipeline } from './capture.pipeline.js'
import { comparePipeline } from './compare.pipeline.js'

export const pipelines: PipelinesOf<typeof capturesWork> = {
  'activation.capture': capturePipeline,
  'activation.compare': comparePipeline,
}
