// What must hold before an SAE training may start: everything wrong at once, each at the field where it can be put right. The form marks
// the fields, the server refuses, the command line explains: one text. What one architecture cannot do stands beside it. Pure.
import type { Capture } from '../captures/schemas.js'
import type { Tokenization } from '../datasets/schemas.js'
import type { Model, Site } from '../models/schemas.js'
import { architectureOf } from './architectures/index.js'
import {
  dictionarySize,
  inputSitesOf,
  isCrosscoder,
  isTranscoder,
  outputSiteOf,
  type TrainingOption,
  type TrainingParams,
} from './params.js'
import { scheduleProblems } from './schedules.js'

export type TrainingField = TrainingOption | 'tokenizationId' | 'captureId'

export interface TrainingIssue {
  readonly field: TrainingField
  readonly message: string
}

/** What a training reads; null while it is not chosen, and nothing is said about it. */
export interface TrainingData {
  readonly model: Pick<Model, 'id' | 'name' | 'sites'> | null
  readonly tokenization: Pick<Tokenization, 'modelId' | 'modelName' | 'stats' | 'contextSize' | 'prependBos'> | null
  /** null: activations come from the model. */
  readonly capture: Pick<Capture, 'sites' | 'summary'> | null
}

/** Everything wrong with a training of `params` on these; empty when it may start. */
export function trainingIssues(params: TrainingParams, data: TrainingData): TrainingIssue[] {
  return [
    ...siteIssues(params, data),
    ...architectureIssues(params, data),
    ...awayIssues(params),
    ...(isCrosscoder(params) ? crosscoderIssues(params) : []),
    ...scheduleProblems(params).map(({ option, message }) => issue(option, message)),
    ...dataIssues(params, data),
  ]
}

/** Widths of the sites that are read; null while one of them is unknown. */
export function siteWidthsOf(params: TrainingParams, model: TrainingData['model']): number[] | null {
  const widths = inputSitesOf(params).map((name) => siteOf(model, name)?.width)
  return widths.every((width) => width !== undefined) ? widths : null
}

const siteOf = (model: TrainingData['model'], name: string): Site | undefined =>
  model?.sites.find((site) => site.name === name)

const issue = (field: TrainingField, message: string): TrainingIssue => ({ field, message })

function siteIssues(params: TrainingParams, { model, capture }: TrainingData): TrainingIssue[] {
  if (!model) return []
  const captured = capture?.sites.map((site) => site.name)
  const check = (field: TrainingField, name: string): TrainingIssue[] => {
    const site = siteOf(model, name)
    if (!site) return [issue(field, unknownSite(name, model))]
    if (captured && !captured.includes(name)) {
      return [issue(field, `The capture does not hold ${name}. It holds ${captured.join(', ')}.`)]
    }
    if (site.kind !== 'pattern') return []
    return [issue(field, `${name} holds attention weights, not a vector per token: no SAE can be trained there.`)]
  }
  return [
    ...check('site', params.site),
    ...params.moreSites.flatMap((name) => check('moreSites', name)),
    ...(isTranscoder(params) ? check('outputSite', outputSiteOf(params)) : []),
  ]
}

const unknownSite = (site: string, { name, sites }: NonNullable<TrainingData['model']>): string => {
  const some = sites.slice(0, 3).map((one) => one.name)
  return `"${name}" has no site "${site}". It has, for example, ${some.join(', ')}.`
}

/** What the architecture cannot do; its sizes are known once the widths of the sites are. */
function architectureIssues(params: TrainingParams, { model }: TrainingData): TrainingIssue[] {
  const { rules, onlyInPlace } = architectureOf(params.architecture)
  const widths = siteWidthsOf(params, model)
  const issues = rules(params, { dSae: widths ? dictionarySize(params, widths) : Number.POSITIVE_INFINITY })
  const cannot = (what: string) => issue('architecture', `${onlyInPlace}: it cannot ${what}.`)
  return [
    ...issues.map(({ option, message }) => issue(option as TrainingOption, message)),
    ...(onlyInPlace && isAway(params) ? [cannot('be a transcoder or have a skip connection')] : []),
    ...(onlyInPlace && isCrosscoder(params) ? [cannot('be a crosscoder')] : []),
  ]
}

/** Whether the reconstruction is of something else than the input, or a path leads around the dictionary. */
const isAway = (params: TrainingParams): boolean => isTranscoder(params) || params.skipConnection

/** What no architecture can do with another output or a skip connection. */
function awayIssues(params: TrainingParams): TrainingIssue[] {
  const { normalizeActivations: kind } = params
  if (!isAway(params) || (kind !== 'expected_average_only_in' && kind !== 'covariance_whitening')) return []
  const message = `Transcoders and skip connections cannot be trained with ${kind}. Choose none or layer_norm.`
  return [issue('normalizeActivations', message)]
}

/** What a dictionary over several sites cannot do. */
function crosscoderIssues(params: TrainingParams): TrainingIssue[] {
  const issues: TrainingIssue[] = []
  const sites = inputSitesOf(params)
  if (new Set(sites).size < sites.length) issues.push(issue('moreSites', 'A crosscoder has each site once.'))
  if (isTranscoder(params)) {
    issues.push(issue('outputSite', 'A crosscoder reconstructs the sites it reads: leave out the output site.'))
  }
  if (params.skipConnection) issues.push(issue('skipConnection', 'A crosscoder has no skip connection.'))
  if (params.normalizeActivations !== 'none' && params.normalizeActivations !== 'expected_average_only_in') {
    const message =
      'A crosscoder is trained on raw activations or with the average norm of each site (expected_average_only_in).'
    issues.push(issue('normalizeActivations', message))
  }
  return issues
}

/** Whether there is enough text for one step, a buffer and an evaluation. */
function dataIssues(params: TrainingParams, { model, tokenization, capture }: TrainingData): TrainingIssue[] {
  if (!tokenization) return []
  const { stats, contextSize, modelId, modelName } = tokenization
  const issues: TrainingIssue[] = []
  if (model && modelId !== model.id) {
    issues.push(issue('tokenizationId', `This tokenization was made for "${modelName}", not for "${model.name}".`))
  }
  const bos = params.excludeBos && tokenization.prependBos && params.skipPositions === 0 ? 1 : 0
  const usable = Math.max(0, contextSize - params.skipPositions - bos)
  const trainTokens = (capture?.summary?.contexts ?? stats?.trainContexts ?? 0) * usable
  if (trainTokens < params.batchSize) {
    const [source, field] = capture ? (['capture', 'captureId'] as const) : (['dataset', 'tokenizationId'] as const)
    const message = `The ${source} gives ${trainTokens} training tokens; one step needs ${params.batchSize}.`
    issues.push(issue(field, message))
  }
  if ((stats?.heldOutContexts ?? 0) < 1) {
    const message = 'No held-out context is left for the evaluation; use more documents or shorter contexts.'
    issues.push(issue('tokenizationId', message))
  }
  if (usable === 0) {
    issues.push(issue('skipPositions', `Contexts have ${contextSize} tokens: no position would be left.`))
  } else if (params.bufferContexts * usable < params.batchSize) {
    const needed = Math.ceil(params.batchSize / usable)
    issues.push(issue('bufferContexts', `The buffer must hold at least one batch: ${needed} contexts.`))
  }
  return issues
}
