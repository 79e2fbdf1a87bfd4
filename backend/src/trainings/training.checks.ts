// What must hold before an SAE training may start. Pure: everything wrong at once, each with the field it belongs to.
import {
  AppError,
  type Capture,
  chosenK,
  dictionarySize,
  inputSitesOf,
  isCrosscoder,
  isTranscoder,
  type Model,
  outputSiteOf,
  type Site,
  scheduleProblems,
  type Tokenization,
  type TrainingParams,
} from '@mistudio/contracts'
import type { Issue } from '../common/parse.js'

/** Sites of a training that may start. */
export interface TrainingSites {
  /** Of the sites that are read, in their order. */
  readonly widths: readonly number[]
}

/** What a training reads. */
export interface TrainingData {
  readonly model: Model
  readonly tokenization: Tokenization
  /** null: activations come from the model. */
  readonly capture: Capture | null
}

/** Everything wrong with a training of `params` on these; empty when it may start. Paths are those of the request body. */
function trainingIssues(params: TrainingParams, data: TrainingData): Issue[] {
  const widths = widthsOf(params, data.model)
  return [
    ...siteIssues(params, data),
    ...(widths ? architectureIssues(params, widths) : []),
    ...(isCrosscoder(params) ? crosscoderIssues(params) : []),
    ...scheduleIssues(params),
    ...dataIssues(params, data),
  ]
}

/** The sites' entries. Throws `training_invalid` with every issue when the training may not start. */
export function checkTraining(params: TrainingParams, data: TrainingData): TrainingSites {
  const issues = trainingIssues(params, data)
  const widths = widthsOf(params, data.model)
  if (widths && issues.length === 0) return { widths }
  const text = issues.map(({ message }) => message).join(' ')
  throw new AppError('training_invalid', `This training cannot start. ${text}`, { issues })
}

/** @throws AppError `wrong_state` for a capture that is not finished, `training_invalid` for one that a training on these cannot read. */
export function checkCapture(capture: Capture, model: Model, tokenization: Tokenization): void {
  const refuse = (message: string): never => {
    throw new AppError('training_invalid', message, { issues: [issue('captureId', message)] })
  }
  if (capture.status !== 'ready' || !capture.summary) {
    const why = capture.status === 'running' ? 'has not finished yet' : 'is not complete: it failed or was cancelled'
    throw new AppError('wrong_state', `The capture of "${capture.modelName}" ${why}. Choose a finished one.`)
  }
  if (capture.modelId !== model.id) {
    refuse(`This capture was made of "${capture.modelName}", not of "${model.name}". Choose one of the same model.`)
  }
  if (capture.tokenizationId !== tokenization.id) {
    refuse('This capture was made of other tokens: choose its own tokenization, whose held-out text measures the SAE.')
  }
  if (capture.params.split === 'held_out') {
    refuse('This capture holds the held-out text, which SAEs are measured on. Choose a capture of the training text.')
  }
}

const siteOf = (model: Model, name: string): Site | undefined => model.sites.find((site) => site.name === name)

/** null while one of the sites is unknown. */
function widthsOf(params: TrainingParams, model: Model): number[] | null {
  const widths = inputSitesOf(params).map((name) => siteOf(model, name)?.width)
  return widths.every((width) => width !== undefined) ? widths : null
}

const issue = (path: string, message: string): Issue => ({ path, message })

const unknownSite = (site: string, model: Model): string =>
  `"${model.name}" has no site "${site}". It has, for example, ${model.sites
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')}.`

function siteIssues(params: TrainingParams, { model, capture }: TrainingData): Issue[] {
  const captured = capture?.sites.map((site) => site.name)
  const check = (path: string, name: string): Issue[] => {
    const site = siteOf(model, name)
    if (!site) return [issue(path, unknownSite(name, model))]
    if (captured && !captured.includes(name)) {
      return [issue(path, `The capture does not hold ${name}. It holds ${captured.join(', ')}.`)]
    }
    if (site.kind !== 'pattern') return []
    return [issue(path, `${name} holds attention weights, not a vector per token: no SAE can be trained there.`)]
  }
  return [
    ...check('params.site', params.site),
    ...params.moreSites.flatMap((name) => check('params.moreSites', name)),
    ...(isTranscoder(params) ? check('params.outputSite', outputSiteOf(params)) : []),
  ]
}

/** What a dictionary over several sites cannot do. */
function crosscoderIssues(params: TrainingParams): Issue[] {
  const issues: Issue[] = []
  const refuse = (option: string, message: string) => issues.push(issue(`params.${option}`, message))
  const sites = inputSitesOf(params)
  if (new Set(sites).size < sites.length) refuse('moreSites', 'A crosscoder has each site once.')
  if (isTranscoder(params))
    refuse('outputSite', 'A crosscoder reconstructs the sites it reads: leave out the output site.')
  if (params.skipConnection) refuse('skipConnection', 'A crosscoder has no skip connection.')
  if (params.architecture === 'matching_pursuit') {
    refuse('architecture', 'Matching pursuit encodes with its decoder: it cannot be a crosscoder.')
  }
  if (params.normalizeActivations !== 'none' && params.normalizeActivations !== 'expected_average_only_in') {
    const message =
      'A crosscoder is trained on raw activations or with the average norm of each site (expected_average_only_in).'
    refuse('normalizeActivations', message)
  }
  return issues
}

/** What an architecture or a combination of options cannot do. `widths`: of the sites that are read. */
function architectureIssues(params: TrainingParams, widths: readonly number[]): Issue[] {
  const { architecture, normalizeActivations: kind } = params
  const issues: Issue[] = []
  const refuse = (option: string, message: string) => issues.push(issue(`params.${option}`, message))
  const dSae = dictionarySize(params, widths)
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

const scheduleIssues = (params: TrainingParams): Issue[] =>
  scheduleProblems(params).map(({ option, message }) => issue(`params.${option}`, message))

function dataIssues(params: TrainingParams, { model, tokenization, capture }: TrainingData): Issue[] {
  const issues: Issue[] = []
  if (tokenization.modelId !== model.id) {
    issues.push(
      issue('tokenizationId', `This tokenization was made for "${tokenization.modelName}", not for "${model.name}".`),
    )
  }
  const { stats, contextSize } = tokenization
  const bos = params.excludeBos && tokenization.prependBos && params.skipPositions === 0 ? 1 : 0
  const usable = Math.max(0, contextSize - params.skipPositions - bos)
  const trainTokens = (capture?.summary?.contexts ?? stats?.trainContexts ?? 0) * usable
  if (trainTokens < params.batchSize) {
    const [source, path] = capture ? ['capture', 'captureId'] : ['dataset', 'tokenizationId']
    const message = `The ${source} gives ${trainTokens} training tokens; one step needs ${params.batchSize}.`
    issues.push(issue(path, message))
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
