// The pipelines of the room: one per kind of job that its definition names.
import type { extractionsWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { extractPipeline } from './extract.pipeline.js'

export const pipelines: PipelinesOf<typeof extractionsWork> = {
  'extraction.run': extractPipeline,
}
