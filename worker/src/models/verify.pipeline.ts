// model.verify: runs the checks of a registered model again. A model that fails stays registered; its report says what failed.
import { ModelVerifyParamsSchema } from '@mistudio/contracts'
import type { z } from 'zod'
import type { Pipeline } from '../runner/context.js'
import { checkModel } from './check-model.js'

export const verifyPipeline: Pipeline<z.infer<typeof ModelVerifyParamsSchema>> = {
  kind: 'model.verify',
  parse: (params) => ModelVerifyParamsSchema.parse(params),
  run: (context) => checkModel(context, () => undefined),
}
