import { pipeline } from '../runner/context.js'
import { checkModel } from './check-model.js'
import { requireFinite } from './self-check.js'

export const registerPipeline = pipeline('model.register', {
  run: (context) => checkModel(context, requireFinite),
})
