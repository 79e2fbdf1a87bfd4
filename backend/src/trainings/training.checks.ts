// What must hold before an SAE training may start. Pure: everything wrong at once, each with the field it belongs to.
import {
  AppError,
  chosenK,
  isTranscoder,
  type Model,
  outputSiteOf,
  type Site,
  type Tokenization,
  type TrainingParams,
} from '@mistudio/contracts'
import type { Issue } from '../common/parse.js'

/** Sites of a training that may start. */
export interface TrainingSites {
  readonly input: Site
  readonly output: Site
}

/** Everything wrong with a training of `params` on these; empty when it may start. Paths are those of the request body. */
export function trainingIssues(params: TrainingParams, model: Model, tokenization: Tokenization): Issue[] {
  const { input } = sitesOf(params, model)
  return [
    ...siteIssues(params, model),
    ...(input ? architectureIssues(params, input) : []),
    ...scheduleIssues(params),
    ...dataIssues(params, model, tokenization),
  ]
}

/** The sites' entries. Throws `training_invalid` with every issue when the training may not start. */
export function checkTraining(params: TrainingParams, model: Model, tokenization: Tokenization): TrainingSites {
  const issues = trainingIssues(params, model, tokenization)
  const { input, output } = sitesOf(params, model)
  if (input && output && issues.length === 0) return { input, output }
  const text = issues.map(({ message }) => message).join(' ')
  throw new AppError('training_invalid', `This training cannot start. ${text}`, { issues })
}

const sitesOf = (params: TrainingParams, model: Model) => {
  const find = (name: string) => model.sites.find((site) => site.name === name)
  return { input: find(params.site), output: find(outputSiteOf(params)) }
}

const issue = (path: string, message: string): Issue => ({ path, message })

const unknownSite = (site: string, model: Model): string =>
  `"${model.name}" has no site "${site}". It has, for example, ${model.sites
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')}.`

function siteIssues(params: TrainingParams, model: Model): Issue[] {
  const { input, output } = sitesOf(params, model)
  const check = (path: string, name: string, site: Site | undefined): Issue[] => {
    if (!site) return [issue(path, unknownSite(name, model))]
    if (site.kind !== 'pattern') return []
    return [issue(path, `${name} holds attention weights, not a vector per token: no SAE can be trained there.`)]
  }
  return [
    ...check('params.site', params.site, input),
    ...(isTranscoder(params) ? check('params.outputSite', outputSiteOf(params), output) : []),
  ]
}

/** What an architecture or a combination of options cannot do. */
function architectureIssues(params: TrainingParams, { width }: Site): Issue[] {
  const { architecture, normalizeActivations: kind } = params
  const issues: Issue[] = []
  const refuse = (option: string, message: string) => issues.push(issue(`params.${option}`, message))
  const dSae = params.expansion * width
  const k = chosenK(params)
  if (k !== null && k > dSae) refuse('k', `k = ${k} is more than the ${dSae} features of this SAE.`)
  const away = isTranscoder(params) || params.skipConnection
  if (away && architecture === 'matching_pursuit') {
    refuse(
      'architecture',
      'Matching pursuit encodes with its decoder: it cannot be a transcoder or have a skip connection.',
    )
  }
  const scales = kind === 'expected_average_only_in' || kind === 'covariance_whitening'
  if (away && scales) {
    refuse(
      'normalizeActivations',
      `Transcoders and skip connections cannot be trained with ${kind}. Choose none or layer_norm.`,
    )
  }
  if (architecture === 'matching_pursuit' && kind === 'covariance_whitening') {
    refuse('normalizeActivations', 'Matching pursuit has no encoder that whitening could be folded into.')
  }
  const perToken = kind === 'layer_norm' || kind === 'constant_norm_rescale'
  if (perToken && 'auxCoefficient' in params && params.auxCoefficient > 0) {
    refuse(
      'auxCoefficient',
      `The auxiliary loss is not defined under ${kind}. Set it to 0 or choose another normalisation.`,
    )
  }
  if (perToken && params.revival === 'ghost_grads') {
    refuse('revival', `Ghost gradients are not defined under ${kind}. Choose resampling or another normalisation.`)
  }
  if (architecture === 'jumprelu' && params.sparsityLoss === 'quadratic' && params.targetL0 === null) {
    refuse('targetL0', 'The quadratic loss needs a target L0.')
  }
  if ('targetL0' in params && params.targetL0 !== null && params.targetL0 > dSae) {
    refuse('targetL0', `A target L0 of ${params.targetL0} is more than the ${dSae} features of this SAE.`)
  }
  return issues
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
  const bos = params.excludeBos && tokenization.prependBos && params.skipPositions === 0 ? 1 : 0
  const usable = Math.max(0, contextSize - params.skipPositions - bos)
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
  if (usable === 0) {
    issues.push(issue('params.skipPositions', `Contexts have ${contextSize} tokens: no position would be left.`))
  } else if (params.bufferContexts * usable < params.batchSize) {
    const needed = Math.ceil(params.batchSize / usable)
    issues.push(issue('params.bufferContexts', `The buffer must hold at least one batch: ${needed} contexts.`))
  }
  return issues
}
