// sae.check: the self-check of an SAE, again or on another text.
import { SaeCheckParamsSchema, type SaeCheckWork } from '@mistudio/contracts'
import type { Pipeline } from '../runner/context.js'
import { Interruption } from '../runner/interruption.js'
import { runCheck } from './check/run-check.js'
import { checkResult, storeCheck, storeFrequencies } from './check/store-check.js'

export const checkSaePipeline: Pipeline<SaeCheckWork> = {
  kind: 'sae.check',
  parse: (params) => SaeCheckParamsSchema.parse(params),
  run: async (context) => {
    const { saeId } = context.job.params
    try {
      const outcome = await runCheck(context, context.job.params)
      await storeFrequencies(context.dataDir, saeId, outcome)
      await context.commit((tx) => storeCheck(tx, saeId, outcome))
      return { state: 'completed', result: checkResult(outcome.check) }
    } catch (error) {
      if (error instanceof Interruption) return error.outcome
      throw error
    }
  },
}
