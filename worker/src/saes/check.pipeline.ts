import { pipeline } from '../runner/context.js'
import { Interruption } from '../runner/interruption.js'
import { runCheck } from './check/run-check.js'
import { checkResult, storeFrequencies } from './check/store-check.js'
import { storeCheck } from './rows.js'

export const checkSaePipeline = pipeline('sae.check', {
  run: async (context) => {
    const { saeId } = context.job.params
    try {
      const outcome = await runCheck(context, context.job.params)
      await storeFrequencies(context.dataDir, saeId, outcome)
      await context.commit((tx) => storeCheck(tx, saeId, outcome.check))
      return { state: 'completed', result: checkResult(outcome.check) }
    } catch (error) {
      if (error instanceof Interruption) return error.outcome
      throw error
    }
  },
})
