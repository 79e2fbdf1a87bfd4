// The pipelines of the room: one per kind of job that its definition names.
import type { saesWork } from '@mistudio/contracts'
import type { PipelinesOf } from '../runner/context.js'
import { checkSaePipeline } from './check.pipeline.js'
import { exportSaePipeline } from './export.pipeline.js'
import { hubSaesPipeline } from './hub.pipeline.js'
import { importSaePipeline } from './import.pipeline.js'
import { inspectSaePipeline } from './inspect.pipeline.js'
import { publishSaePipeline } from './publish.pipeline.js'

export const pipelines: PipelinesOf<typeof saesWork> = {
  'sae.inspect': inspectSaePipeline,
  'sae.hub': hubSaesPipeline,
  'sae.import': importSaePipeline,
  'sae.check': checkSaePipeline,
  'sae.export': exportSaePipeline,
  'sae.publish': publishSaePipeline,
}
