// The pipelines of the room: one per kind of job that its definition names.
import type { hubWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { downloadPipeline } from './download.pipeline.js'
import { inspectPipeline } from './inspect.pipeline.js'
import { localPipeline } from './local.pipeline.js'
import { removePipeline } from './remove.pipeline.js'
import { searchPipeline } from './search.pipeline.js'

export const pipelines: PipelinesOf<typeof hubWork> = {
  'hub.search': searchPipeline,
  'hub.inspect': inspectPipeline,
  'hub.local': localPipeline,
  'hub.download': downloadPipeline,
  'hub.remove': removePipeline,
}
