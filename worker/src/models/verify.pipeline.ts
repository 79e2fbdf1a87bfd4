import { pipeline } from '../runner/context.js'
import { checkModel } from './check-model.js'

export const verifyPipeline = pipeline('model.verify', {
  run: (context) => checkModel(context, () => undefined),
})
