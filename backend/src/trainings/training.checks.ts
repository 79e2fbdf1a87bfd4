// What must hold before an SAE training may start. Pure: everything wrong at once, each with the field it belongs to.
import { AppError, type Model, type Site, type Tokenization, type TrainingParams } from '@mistudio/contracts'
import type { Issue } from '../common/parse.js'

/** Everything wrong with a training of `params` on these; empty when it may start. Paths are those of the request body. */
export function trainingIssues(params: TrainingParams, model: Model, tokenization: Tokenization): Issue[] {
  const site = model.sites.find(({ name }) => name === params.site)
  return [
    ...(site ? widthIssues(params, site) : [issue('params.site', unknownSite(params.site, model))]),
    ...scheduleIssues(params),
    ...dataIssues(params, model, tokenization),
  ]
}

/** The site's entry. Throws `training_invalid` with every issue when the training may not start. */
export function checkTraining(params: TrainingParams, model: Model, tokenization: Tokenization): Site {
  const issues = trainingIssues(params, model, tokenization)
  const site = model.sites.find(({ name }) => name === params.site)
  if (site && issues.length === 0) return site
  const text = issues.map(({ message }) => message).join(' ')
  throw new AppError('training_invalid', `This training cannot start. ${text}`, { issues })
}

const issue = (path: string, message: string): Issue => ({ path, message })

const unknownSite = (site: string, model: Model): string =>
  `"${model.name}" has no site "${site}". It has, for example, ${model.sites
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')}.`

function widthIssues({ expansion, k }: TrainingParams, { name, kind, width }: Site): Issue[] {
  if (kind === 'pattern') {
    return [
      issue('params.site', `${name} holds attention weights, not a vector per token: no SAE can be trained there.`),
    ]
  }
  const dSae = expansion * width
  return k <= dSae ? [] : [issue('params.k', `k = ${k} is more than the ${dSae} features of this SAE.`)]
}

function scheduleIssues({ steps, warmupSteps, decaySteps, lrSchedule }: TrainingParams): Issue[] {
  const decay = lrSchedule === 'linear' ? decaySteps : 0
  if (warmupSteps + decay <= steps) return []
  const parts = decay > 0 ? `warm-up (${warmupSteps}) and decay (${decay}) together` : `warm-up (${warmupSteps})`
  return [issue('params.warmupSteps', `The ${parts} must not exceed the ${steps} steps.`)]
}

function dataIssues(params: TrainingParams, model: Model, tokenization: Tokenization): Issue[] {
  const issues: Issue[] = []
  if (tokenization.modelId !== model.id) {
    issues.push(
      issue('tokenizationId', `This tokenization was made for "${tokenization.modelName}", not for "${model.name}".`),
    )
  }
  const { stats, contextSize } = tokenization
  const usable = contextSize - (params.excludeBos && tokenization.prependBos ? 1 : 0)
  const trainTokens = (stats?.trainContexts ?? 0) * usable
  if (trainTokens < params.batchSize) {
    const message = `The dataset gives ${trainTokens} training tokens; one step needs ${params.batchSize}.`
    issues.push(issue('tokenizationId', message))
  }
  if ((stats?.heldOutContexts ?? 0) < 1) {
    issues.push(
      issue(
        'tokenizationId',
        'No held-out context is left for the evaluation; use more documents or shorter contexts.',
      ),
    )
  }
  if (params.bufferContexts * usable < params.batchSize) {
    const needed = Math.ceil(params.batchSize / usable)
    issues.push(issue('params.bufferContexts', `The buffer must hold at least one batch: ${needed} contexts.`))
  }
  return issues
}
