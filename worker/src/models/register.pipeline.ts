// model.register: inspects a model folder, puts the model through its checks and marks the row as ready.
import { ModelRegisterParamsSchema } from '@mistudio/contracts'
import type { z } from 'zod'
import type { Pipeline } from '../runner/context.js'
import { checkModel } from './check-model.js'
import { requireFinite } from './self-check.js'

export const registerPipeline: Pipeline<z.infer<typeof ModelRegisterParamsSchema>> = {
  kind: 'model.register',
  parse: (params) => ModelRegisterParamsSchema.parse(params),
  run: (context) => checkModel(context, requireFinite),
}
