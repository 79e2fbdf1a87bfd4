// The draft of a new training: what the person typed so far, what is wrong with it, and the request it becomes. Pure.
import {
  type Capture,
  type CreateTraining,
  CreateTrainingSchema,
  dictionarySize,
  FIRST_ARCHITECTURE,
  type Model,
  outputSiteOf,
  type SaeTrainingArchitecture,
  type Site,
  type Tokenization,
  type TrainingOption,
  type TrainingParams,
  TrainingParamsSchema,
  trainingIssues,
} from '@mistudio/contracts'
import type { AskedOf, Places } from '../../places/index.js'
import { ADVANCED_GROUPS, BASIC_GROUPS, defaultsOf, optionsIn, sent, type Values, valueError } from './options.js'

export interface Draft {
  readonly name: string
  readonly modelId: string
  readonly tokenizationId: string
  /** Where activations come from; empty: the model. */
  readonly captureId: string
  readonly architecture: SaeTrainingArchitecture
  /** Site and all options. */
  readonly values: Values
}
export type DraftErrors = Partial<Record<'modelId' | 'tokenizationId' | 'captureId' | 'name' | TrainingOption, string>>

/** Settings of an earlier training carried by the address; null when there are none or they do not fit the contract. */
const settingsOf = (text: string | undefined): TrainingParams | null => {
  if (text === undefined) return null
  try {
    const parsed = TrainingParamsSchema.safeParse({ site: 'none', ...JSON.parse(text) })
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Further sites of a crosscoder. */
export const moreSitesOf = ({ values }: Pick<Draft, 'values'>): string[] => {
  const sites = values['moreSites']
  return Array.isArray(sites) ? sites.map(String) : []
}

export const siteOf = ({ values }: Pick<Draft, 'values'>): string => String(values['site'] ?? '')

/** A first draft, with what the address asks for. */
export const startDraft = (asked: Partial<AskedOf<Places['newTraining']>>): Draft => {
  const settings = settingsOf(asked.settings)
  const architecture = settings?.architecture ?? asked.architecture ?? FIRST_ARCHITECTURE
  return {
    name: '',
    modelId: asked.modelId ?? '',
    tokenizationId: asked.tokenizationId ?? '',
    captureId: asked.captureId ?? '',
    architecture,
    values: { ...defaultsOf(architecture), ...settings, site: asked.site ?? '' },
  }
}

/** A draft with the settings of a template or another training; model and tokens stay, and the site where the model has it. */
export const withSettings = (draft: Draft, params: TrainingParams, model: Model | undefined): Draft => {
  const known = (site: string) => model?.sites.some(({ name }) => name === site) ?? false
  const { site, moreSites, outputSite } = params
  return {
    ...draft,
    architecture: params.architecture,
    values: {
      ...params,
      site: known(site) ? site : siteOf(draft),
      moreSites: moreSites.filter(known),
      outputSite: outputSite !== null && known(outputSite) ? outputSite : null,
    },
  }
}

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
  const placed = (modelId: string, site: string, tokenizationId: string): Draft => {
    const same = modelId === draft.modelId && site === siteOf(draft) && tokenizationId === draft.tokenizationId
    return same ? draft : { ...draft, modelId, tokenizationId, values: { ...draft.values, site } }
  }
  if (!model) return draft.modelId === '' ? draft : placed('', '', '')
  const chosen = siteOf(draft)
  const site = model.sites.some((one) => one.name === chosen) ? chosen : (suggestSite(model.sites)?.name ?? '')
  const own = tokenizations?.filter((one) => one.modelId === model.id)
  const kept = !own || own.some((one) => one.id === draft.tokenizationId)
  return placed(model.id, site, kept ? draft.tokenizationId : (own[0]?.id ?? ''))
}

/** Features of the SAE; null until the site is known. */
export const dSaeOf = (draft: Draft, model: Model | undefined): number | null => {
  const names = [siteOf(draft), ...moreSitesOf(draft)]
  const widths = names.map((name) => model?.sites.find((site) => site.name === name)?.width ?? 0)
  const expansion = draft.values['expansion']
  return widths.every((width) => width > 0) && typeof expansion === 'number'
    ? dictionarySize({ expansion }, widths)
    : null
}

/** What the draft reads, as far as it is known. */
export interface DraftData {
  readonly model: Model | undefined
  readonly tokenization?: Tokenization | undefined
  readonly capture?: Capture | undefined
}

const MISSING = {
  modelId: 'Choose a model.',
  site: 'Choose where in the model to read activations.',
  tokenizationId: 'Choose a tokenized dataset of this model.',
} as const satisfies DraftErrors

export function checkDraft(draft: Draft, data: DraftData): DraftErrors {
  const { architecture, values } = draft
  const errors: DraftErrors = {}
  if (!draft.modelId) errors.modelId = MISSING.modelId
  if (!siteOf(draft)) errors.site = MISSING.site
  if (!draft.tokenizationId) errors.tokenizationId = MISSING.tokenizationId
  if (draft.name.trim().length > 120) errors.name = 'At most 120 characters.'
  for (const group of [...BASIC_GROUPS, ...ADVANCED_GROUPS]) {
    for (const key of optionsIn(group, architecture, values)) {
      const error = valueError(architecture, key, values[key])
      if (error) errors[key] = error
    }
  }
  return { ...togetherErrors(draft, errors, data), ...errors }
}

/** The errors but for what was not chosen yet. */
export const withoutMissing = (errors: DraftErrors): DraftErrors =>
  Object.fromEntries(
    Object.entries(errors).filter(([key, text]) => text !== (MISSING as Readonly<Record<string, string>>)[key]),
  )

/** What is wrong between choices that each are right by themselves; those that are wrong count as their defaults here. */
function togetherErrors(draft: Draft, errors: DraftErrors, { model, tokenization, capture }: DraftData): DraftErrors {
  const values = Object.entries(sent(draft.architecture, draft.values)).filter(([key]) => !(key in errors))
  const site = siteOf(draft)
  const parsed = TrainingParamsSchema.safeParse({ ...Object.fromEntries(values), site: site || 'none' })
  if (!parsed.success) return {}
  const found = trainingIssues(parsed.data, {
    model: (site && model) || null,
    tokenization: tokenization ?? null,
    capture: capture ?? null,
  })
  // The first of each field is shown.
  return Object.fromEntries(found.reverse().map(({ field, message }) => [field, message]))
}

/** Parameters as they are sent; null while something is missing or wrong. */
export const toParams = (draft: Draft, errors: DraftErrors): TrainingParams | null => {
  if (Object.keys(errors).length > 0) return null
  const values = sent(draft.architecture, draft.values)
  const parsed = TrainingParamsSchema.safeParse(values)
  if (!parsed.success) return null
  // The same site written out is no transcoder.
  return outputSiteOf(parsed.data) === parsed.data.site ? { ...parsed.data, outputSite: null } : parsed.data
}

/** The request; null while something is missing or wrong. */
export const toRequest = (draft: Draft, errors: DraftErrors): CreateTraining | null => {
  const params = toParams(draft, errors)
  const { modelId, tokenizationId } = draft
  const capture = draft.captureId ? { captureId: draft.captureId } : {}
  const name = draft.name.trim() ? { name: draft.name.trim() } : {}
  const parsed = CreateTrainingSchema.safeParse({ ...name, modelId, tokenizationId, ...capture, params })
  return parsed.success ? parsed.data : null
}

/** Settings of a branch to begin with: steps count those already done, so a branch from the end goes on as long again. */
export const branchValues = (params: TrainingParams, step: number): TrainingParams =>
  params.steps > step ? params : { ...params, steps: 2 * step }

/** Options whose values differ from another training's, for a branch of it. */
export const overridesOf = (params: TrainingParams, from: TrainingParams): Record<string, never> =>
  Object.fromEntries(
    Object.entries(params).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify((from as Record<string, unknown>)[key]),
    ),
  ) as Record<string, never>

/** Settings that give a first look within a minute or two on a laptop. */
export const QUICK_START: Values = {
  expansion: 8,
  k: 32,
  steps: 500,
  batchSize: 1024,
  warmupSteps: 50,
  decaySteps: 100,
}
