// The pipelines of the room: one per kind of job that its definition names.
import type { datasetsWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { documentsPipeline } from './documents.pipeline.js'
import { importPipeline } from './import.pipeline.js'
import { previewPipeline } from './preview.pipeline.js'
import { samplesPipeline } from './samples.pipeline.js'
import { tokenizePipeline } from './tokenize.pipeline.js'

export const pipelines: PipelinesOf<typeof datasetsWork> = {
  'dataset.preview': previewPipeline,
  'dataset.import': importPipeline,
  'dataset.tokenize': tokenizePipeline,
  'dataset.documents': documentsPipeline,
  'dataset.samples': samplesPipeline,
}
