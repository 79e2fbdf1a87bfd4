// The draft of a new training: what the person typed so far, what is wrong with it, and the request it becomes. Pure.
import {
  type CreateTraining,
  CreateTrainingSchema,
  type Model,
  type Site,
  type Tokenization,
  type TopkParams,
  TopkParamsSchema,
} from '@mistudio/contracts'
import { defaultParams, NUMBER_FIELDS, type NumberKey, numberError } from './fields.js'

export type DraftParams = {
  [K in keyof Omit<TopkParams, 'site'>]: TopkParams[K] extends number ? number | null : TopkParams[K]
}
export interface Draft {
  name: string
  modelId: string
  site: string
  tokenizationId: string
  params: DraftParams
}
export type DraftErrors = Partial<Record<'modelId' | 'site' | 'tokenizationId' | 'name' | NumberKey, string>>

/** Settings of an earlier training carried by the address; null when there are none or they do not fit the contract. */
const settingsOf = (text: string | null): DraftParams | null => {
  if (text === null) return null
  try {
    const { site: _, ...rest } = TopkParamsSchema.parse({ architecture: 'topk', ...JSON.parse(text), site: 'none' })
    return rest
  } catch {
    return null
  }
}

/** A first draft, with what the address asks for (`modelId`, `site`, `tokenizationId`, `settings`). */
export const startDraft = (query: URLSearchParams): Draft => ({
  name: '',
  modelId: query.get('modelId') ?? '',
  site: query.get('site') ?? '',
  tokenizationId: query.get('tokenizationId') ?? '',
  params: settingsOf(query.get('settings')) ?? defaultParams(),
})

/** Sites with a vector per token that an SAE can take apart. */
export const trainableSites = (sites: readonly Site[]): Site[] =>
  sites.filter(({ kind, width }) => kind === 'token' && width > 1)

/** Residual stream after the middle block when the model has it; else the first site. */
export const suggestSite = (sites: readonly Site[]): Site | null => {
  const residual = sites.filter((site) => site.name.endsWith('hook_resid_post'))
  return residual[Math.floor(residual.length / 2)] ?? sites[0] ?? null
}

/** Fills choices that have only one sensible answer; keeps whatever was chosen and still exists. */
export const complete = (
  draft: Draft,
  models: readonly Model[],
  tokenizations: readonly Tokenization[] | undefined,
): Draft => {
  const model =
    models.find((one) => one.id === draft.modelId) ??
    (draft.modelId === '' && models.length === 1 ? models[0] : undefined)
  if (!model) return draft.modelId === '' ? draft : { ...draft, modelId: '', site: '', tokenizationId: '' }
  const site = model.sites.some((one) => one.name === draft.site) ? draft.site : (suggestSite(model.sites)?.name ?? '')
  const own = tokenizations?.filter((one) => one.modelId === model.id)
  const tokenizationId =
    !own || own.some((one) => one.id === draft.tokenizationId) ? draft.tokenizationId : (own[0]?.id ?? '')
  const same = model.id === draft.modelId && site === draft.site && tokenizationId === draft.tokenizationId
  return same ? draft : { ...draft, modelId: model.id, site, tokenizationId }
}

/** Features of the SAE; null until the site is known. */
export const dSaeOf = (draft: Draft, model: Model | undefined): number | null => {
  const width = model?.sites.find((site) => site.name === draft.site)?.width
  return width && draft.params.expansion ? width * draft.params.expansion : null
}

export const checkDraft = (draft: Draft, model: Model | undefined): DraftErrors => {
  const errors: DraftErrors = {}
  if (!draft.modelId) errors.modelId = 'Choose a model.'
  if (!draft.site) errors.site = 'Choose where in the model to read activations.'
  if (!draft.tokenizationId) errors.tokenizationId = 'Choose a tokenized dataset of this model.'
  if (draft.name.trim().length > 120) errors.name = 'At most 120 characters.'
  for (const key of Object.keys(NUMBER_FIELDS) as NumberKey[]) {
    const error = numberError(key, draft.params[key])
    if (error) errors[key] = error
  }
  const dSae = dSaeOf(draft, model)
  const { k, steps, warmupSteps, decaySteps, lrSchedule } = draft.params
  if (!errors.k && k !== null && dSae !== null && k > dSae) errors.k = `At most d_sae = ${dSae}.`
  if (!errors.warmupSteps && steps !== null && warmupSteps !== null && warmupSteps > steps)
    errors.warmupSteps = `At most the ${steps} steps of the run.`
  if (!errors.decaySteps && lrSchedule === 'linear' && steps !== null && decaySteps !== null && decaySteps > steps)
    errors.decaySteps = `At most the ${steps} steps of the run.`
  return errors
}

/** The request; null while something is missing or wrong. */
export const toRequest = (draft: Draft, errors: DraftErrors): CreateTraining | null => {
  if (Object.keys(errors).length > 0) return null
  const parsed = CreateTrainingSchema.safeParse({
    ...(draft.name.trim() ? { name: draft.name.trim() } : {}),
    modelId: draft.modelId,
    tokenizationId: draft.tokenizationId,
    params: { ...draft.params, site: draft.site },
  })
  return parsed.success ? parsed.data : null
}

/** Settings that give a first look within a minute or two on a laptop. */
export const QUICK_START: Partial<TopkParams> = {
  expansion: 8,
  k: 32,
  steps: 500,
  batchSize: 1024,
  warmupSteps: 50,
  decaySteps: 100,
}
