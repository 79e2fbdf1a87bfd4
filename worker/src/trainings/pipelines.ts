// The pipelines of the room: one per kind of job that its definition names.
import type { trainingsWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { estimatePipeline } from './estimate/estimate.pipeline.js'
import { trainPipeline } from './train.pipeline.js'

export const pipelines: PipelinesOf<typeof trainingsWork> = {
  'training.estimate': estimatePipeline,
  'training.run': trainPipeline,
}
