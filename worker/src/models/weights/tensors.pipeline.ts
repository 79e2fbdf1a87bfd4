import { pipeline } from '../../runner/context.js'
import { withModelErrors } from '../errors.js'
import { openWeightsFolder } from '../model-folder.js'
import { listTensors } from './tensor-list.js'

export const tensorsPipeline = pipeline('model.tensors', {
  run: ({ job }) =>
    withModelErrors(async () => ({
      state: 'completed',
      result: listTensors(await openWeightsFolder(job.params.path)),
    })),
})
