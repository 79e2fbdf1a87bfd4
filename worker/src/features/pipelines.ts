// The pipelines of the room: one per kind of job that its definition names.
import type { featuresWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { probePipeline } from './probe.pipeline.js'

export const pipelines: PipelinesOf<typeof featuresWork> = {
  'feature.probe': probePipeline,
}
