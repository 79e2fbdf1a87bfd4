// steering.generate: one prompt with and without features added, streamed while it is written, measured and stored.
import {
  AppError,
  type CompletionDetails,
  STEERING_TOKENS_EVENT,
  type SteeringGenerateParams,
  type SteeringResult,
} from '@mistudio/contracts'
import { saeFolder, saeStore } from '../features/index.js'
import { modelStore, withModelErrors } from '../models/index.js'
import { type JobContext, type OutcomeOf, pipeline } from '../runner/context.js'
import { runExperiment } from './experiment.js'
import { experimentResult, storeResult } from './rows.js'

type Context = JobContext<SteeringGenerateParams>

export const generatePipeline = pipeline('steering.generate', {
  run: runSteering,
})

/** A result that an earlier attempt stored before it was cut off. @throws AppError `not_found` when the experiment was deleted. */
async function storedResult({ db, job }: Context): Promise<SteeringResult | null> {
  const result = await experimentResult(db, job.params.steeringId)
  if (result === undefined) throw new AppError('not_found', 'This steering experiment was deleted.')
  return result
}

/** The SAE of the experiment; a plain generation needs none. */
async function openSae({ job, dataDir, threads }: Context) {
  const { saeId, variants } = job.params
  if (variants.length === 0) return null
  if (saeId === null) throw new AppError('bad_request', 'Steering with features needs an extraction with its SAE.')
  return saeStore.open(saeFolder(dataDir, saeId), threads)
}

/** Nothing of an unfinished experiment is kept: it starts anew, with the same seed, after a pause; `stop` keeps what was written so far. */
async function runSteering(context: Context): Promise<OutcomeOf<'steering.generate'>> {
  const { params } = context.job
  const before = await storedResult(context)
  if (before) return { state: 'completed', result: before }
  context.progress({ stage: 'opening', fraction: null })
  const open = await modelStore.open(params.modelPath, context.threads, params.precision)
  const sae = await openSae(context)
  const result = await withModelErrors(() =>
    runExperiment(open, sae, params, {
      onText: (rows) => context.event(STEERING_TOKENS_EVENT, { rows }),
      onStep: (done) => context.progress(stepProgress(done, params.sampling.maxTokens)),
      stopped: () => context.control() !== 'run',
    }),
  )
  const control = context.control()
  if (control === 'cancel') return { state: 'cancelled' }
  if (control === 'suspend') return { state: 'suspended' }
  if (control === 'pause') return { state: 'paused' }
  const { summary, details } = apart(result)
  await context.commit((tx) => storeResult(tx, params.steeringId, summary, details))
  return { state: 'completed', result: summary }
}

/** The result as lists and jobs carry it, and what is too large for them: log probabilities and alternatives, by completion. */
function apart({ completions, milliseconds }: SteeringResult): {
  summary: SteeringResult
  details: CompletionDetails[]
} {
  const details = completions.map(({ logprobs, alternatives }) => ({ logprobs, alternatives }))
  const summary = completions.map((completion) => ({ ...completion, logprobs: [], alternatives: [] }))
  return { summary: { completions: summary, milliseconds }, details }
}

function stepProgress(done: number, total: number) {
  return { stage: 'generating', fraction: done / total, done, total, unit: 'tokens' }
}
