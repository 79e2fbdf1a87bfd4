// model.tensors: answers which tensors a model's files hold.
import { ModelTensorsParamsSchema } from '@mistudio/contracts'
import type { z } from 'zod'
import type { Pipeline } from '../../runner/context.js'
import { withModelErrors } from '../errors.js'
import { openWeightsFolder } from '../model-folder.js'
import { listTensors } from './tensor-list.js'

export const tensorsPipeline: Pipeline<z.infer<typeof ModelTensorsParamsSchema>> = {
  kind: 'model.tensors',
  parse: (params) => ModelTensorsParamsSchema.parse(params),
  run: ({ job }) =>
    withModelErrors(async () => ({
      state: 'completed',
      result: listTensors(await openWeightsFolder(job.params.path)),
    })),
}
