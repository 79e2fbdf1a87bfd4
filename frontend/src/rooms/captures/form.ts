// The draft of a new capture: what the person chose so far, what it will take, and the request it becomes. Pure.
import {
  type Capture,
  type CaptureParams,
  CaptureParamsSchema,
  type CapturePlan,
  type CreateCapture,
  estimateCapture,
  estimateSeconds,
  type Model,
  type Site,
  type Tokenization,
  tooLarge,
  valuesPerToken,
} from '@mistudio/contracts'
import type { AskedOf, Places } from '../../places/index.js'

const MIB = 2 ** 20
const DEFAULTS = CaptureParamsSchema.omit({ sites: true }).parse({})

export interface Draft {
  modelId: string
  tokenizationId: string
  sites: readonly string[]
  tokens: number | null
  shardMib: number | null
  split: CaptureParams['split']
  format: CaptureParams['format']
  dtype: CaptureParams['dtype']
}

/** A first draft, with what the address asks for. */
export const startDraft = ({ model, site }: Partial<AskedOf<Places['newCapture']>>): Draft => {
  const { tokens, shardBytes, split, format, dtype } = DEFAULTS
  return {
    modelId: model ?? '',
    tokenizationId: '',
    sites: site ? [site] : [],
    tokens,
    shardMib: shardBytes / MIB,
    split,
    format,
    dtype,
  }
}

export interface Choice {
  readonly model: Model | undefined
  readonly tokenizations: readonly Tokenization[]
  readonly tokenization: Tokenization | undefined
  /** Chosen sites that the model has. */
  readonly sites: readonly Site[]
}

/** What the draft stands for among what there is; a choice with one sensible answer is made. */
export function resolveDraft(draft: Draft, models: readonly Model[], all: readonly Tokenization[]): Choice {
  const model = models.find(({ id }) => id === draft.modelId) ?? (models.length === 1 ? models[0] : undefined)
  const tokenizations = all.filter((one) => one.modelId === model?.id && one.status === 'ready')
  const tokenization = tokenizations.find(({ id }) => id === draft.tokenizationId) ?? tokenizations[0]
  const sites = (model?.sites ?? []).filter(({ name }) => draft.sites.includes(name))
  return { model, tokenizations, tokenization, sites }
}

export interface Verdict {
  /** Null while something is missing. */
  readonly request: CreateCapture | null
  /** Why it cannot be started; null when it can. */
  readonly reason: string | null
  readonly errors: { readonly tokens: string | null; readonly shardBytes: string | null }
  readonly plan: CapturePlan | null
  /** Null where the stages were never measured on this machine. */
  readonly seconds: number | null
}

export function judgeDraft(draft: Draft, choice: Choice, earlier: readonly Capture[]): Verdict {
  const { model, tokenization, sites } = choice
  const { tokens, shardMib, split, format, dtype } = draft
  const typed = { tokens, split, format, dtype, shardBytes: (shardMib ?? 0) * MIB }
  const parsed = CaptureParamsSchema.safeParse({ ...typed, sites: sites.map(({ name }) => name) })
  const errorOf = (key: string) => parsed.error?.issues.find(({ path }) => path[0] === key)?.message ?? null
  const { trainContexts = 0, heldOutContexts = 0 } = tokenization?.stats ?? {}
  const available = split === 'train' ? trainContexts : heldOutContexts
  const reason = !model
    ? 'Choose a model.'
    : !tokenization
      ? 'No dataset is tokenized for this model.'
      : sites.length === 0
        ? 'Choose at least one site.'
        : available === 0
          ? 'This split has no contexts. Choose the other one.'
          : parsed.success
            ? null
            : (errorOf('sites') ?? 'A number is out of its limits.')
  const errors = { tokens: errorOf('tokens'), shardBytes: errorOf('shardBytes') }
  if (reason || !parsed.success || !model || !tokenization)
    return { request: null, reason, errors, plan: null, seconds: null }
  const widths = sites.map((site) => valuesPerToken(site, tokenization.contextSize))
  const plan = estimateCapture(parsed.data, widths, tokenization.contextSize, available)
  const refusal = tooLarge(sites, tokenization.contextSize, plan)
  if (refusal) return { request: null, reason: refusal, errors, plan, seconds: null }
  const source = { modelId: model.id, precision: model.precision, contextSize: tokenization.contextSize }
  const seconds = estimateSeconds(plan, widths, source, earlier)
  return { request: { tokenizationId: tokenization.id, params: parsed.data }, reason, errors, plan, seconds }
}
