// training.run: trains one or more SAEs on one stream of a model's activations. Composition only; the parts are beside it.
import { judgeSummary, type TrainingRunParams } from '@mistudio/contracts'
import { withSaeErrors } from '../features/index.js'
import { type JobContext, type OutcomeOf, pipeline } from '../runner/context.js'
import { Interruption } from '../runner/interruption.js'
import { finalise, finishedTraining, type TrainingOutcome } from './finalise.js'
import type { Member } from './members/member.js'
import { openMembers, startOf } from './members/open-members.js'
import { openTrainingParts, type TrainingParts } from './open.js'
import { TrainingRun } from './run-training.js'

export const trainPipeline = pipeline('training.run', {
  run: (job) => withSaeErrors(() => run(job)),
})

/** Idempotent: a finished training answers at once, otherwise the newest valid checkpoints are taken up. */
async function run(job: JobContext<TrainingRunParams>): Promise<OutcomeOf<'training.run'>> {
  job.progress({ stage: 'opening', fraction: null })
  const { members: specs } = job.job.params
  const finished = await Promise.all(specs.map(({ trainingId }) => finishedTraining(job.db, trainingId)))
  const saes = finished.filter((outcome) => outcome !== null)
  if (saes.length === specs.length) return outcomeOf(job, saes)
  const [first, ...others] = specs.map(({ params }) => params)
  const parts = await openTrainingParts(job.dataDir, job.job.params, [first!, ...others], job.threads)
  try {
    const members = await openMembers(job, parts)
    const left = members.filter(({ id }) => !saes.some(({ trainingId }) => trainingId === id))
    return left.length > 0 ? await train(job, parts, members) : outcomeOf(job, saes)
  } finally {
    await parts.tokens.close()
  }
}

async function train(
  job: JobContext<TrainingRunParams>,
  parts: TrainingParts,
  members: readonly Member[],
): Promise<OutcomeOf<'training.run'>> {
  const start = await startOf(job, members)
  try {
    const threads = start.kind === 'resume' ? start.data.threads : job.threads
    const results = await new TrainingRun(job, parts, members, start, threads).run()
    job.progress({ stage: 'saving', fraction: null })
    const saes: TrainingOutcome[] = []
    for (const result of results) saes.push(await finalise(job, result, parts.tokens.contextSize))
    return outcomeOf(job, saes)
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    if (error.outcome.state === 'cancelled') {
      await job.commit(async (tx) => {
        for (const { checkpoints } of members) await checkpoints.clear(tx)
      })
      for (const { checkpoints } of members) await checkpoints.erase()
    }
    return error.outcome
  }
}

/** SAEs that diverged are missing from the result, and the job says so; it also says what is wrong with those it has. */
function outcomeOf(
  { job }: JobContext<TrainingRunParams>,
  saes: readonly TrainingOutcome[],
): OutcomeOf<'training.run'> {
  const { members } = job.params
  const warnings = saes.flatMap((sae) => {
    const name = members.find(({ trainingId }) => trainingId === sae.trainingId)?.name
    return judgeSummary(sae.summary, sae).map(({ message }) => (members.length > 1 ? `${name}: ${message}` : message))
  })
  const whole = saes.length === members.length
  return { state: whole ? 'completed' : 'completed_with_errors', result: { saes, warnings } }
}
