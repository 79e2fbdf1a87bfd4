// The draft of a steering experiment: chosen features, variants with a strength for each, prompt, sampling. Pure.
import {
  AlternativesSchema,
  type CreateSteering,
  CreateSteeringSchema,
  MAX_STORED_ALTERNATIVES,
  type Sampling,
  SamplingSchema,
  SteeredFeatureSchema,
  type SteeringAction,
  type SteeringScope,
} from '@mistudio/contracts'
import type { AskedOf, Places } from '../../places/index.js'
import {
  type PromptDraft,
  promptFrom,
  promptOf,
  startPrompt,
  stopStrings,
  stopText,
  whyNotPrompt,
} from '../../shared/prompt/prompt.js'

/** One column beside the unsteered one: a strength per chosen feature, in units of the feature's own maximum activation. */
export interface Variant {
  readonly key: string
  readonly strengths: Readonly<Record<number, number>>
}
export type SamplingDraft = { [K in keyof Sampling]: number | null }
export interface SteeringDraft {
  extractionId: string
  modelId: string
  features: readonly number[]
  variants: readonly Variant[]
  prompt: PromptDraft
  sampling: SamplingDraft
  scope: SteeringScope
  /** What is done with every chosen feature. */
  action: SteeringAction
  /** Stop strings, one a line, with `\\n` for a newline. */
  stop: string
  alternatives: number | null
}

export const MAX_VARIANTS = 8
export const MAX_FEATURES = 20
export const DEFAULT_STRENGTH = 1
/** Strengths of the sweep, for all chosen features at once. */
export const SWEEP: readonly number[] = [-2, 0.5, 1, 2, 4]

let made = 0
const variant = (strengths: Readonly<Record<number, number>>): Variant => {
  made += 1
  return { key: `v${made}`, strengths }
}
const uniform = (features: readonly number[], strength: number): Record<number, number> =>
  Object.fromEntries(features.map((index) => [index, strength]))

/** A first draft, with what the address asks for. */
export const startDraft = (asked: Partial<AskedOf<Places['steering']>>): SteeringDraft => {
  const features = [...new Set(asked.features)].slice(0, MAX_FEATURES)
  return {
    extractionId: asked.extraction ?? '',
    modelId: '',
    features,
    variants: [variant(uniform(features, DEFAULT_STRENGTH))],
    prompt: startPrompt(),
    sampling: SamplingSchema.parse({}),
    scope: 'all',
    action: 'add',
    stop: '',
    alternatives: 5,
  }
}

/** The draft that makes exactly this request again. */
export const fromRequest = (request: CreateSteering): SteeringDraft => ({
  extractionId: request.extractionId ?? '',
  modelId: request.modelId,
  features: [...new Set(request.variants.flatMap((one) => one.features.map((feature) => feature.index)))],
  variants: request.variants.map((one) =>
    variant(Object.fromEntries(one.features.map((feature) => [feature.index, feature.strength]))),
  ),
  prompt: promptFrom(request),
  sampling: request.sampling,
  scope: request.scope,
  action: request.variants[0]?.features[0]?.action ?? 'add',
  stop: stopText(request.stop),
  alternatives: request.alternatives,
})

export const addFeature = (draft: SteeringDraft, index: number): SteeringDraft =>
  draft.features.includes(index) || draft.features.length >= MAX_FEATURES
    ? draft
    : {
        ...draft,
        features: [...draft.features, index],
        variants: (draft.variants.length > 0 ? draft.variants : [variant({})]).map((one) => ({
          ...one,
          strengths: { ...one.strengths, [index]: DEFAULT_STRENGTH },
        })),
      }

export const removeFeature = (draft: SteeringDraft, index: number): SteeringDraft => ({
  ...draft,
  features: draft.features.filter((other) => other !== index),
  variants: draft.variants.map((one) => ({
    ...one,
    strengths: Object.fromEntries(Object.entries(one.strengths).filter(([key]) => Number(key) !== index)),
  })),
})

export const setStrength = (draft: SteeringDraft, key: string, index: number, strength: number): SteeringDraft => ({
  ...draft,
  variants: draft.variants.map((one) =>
    one.key === key ? { ...one, strengths: { ...one.strengths, [index]: strength } } : one,
  ),
})

/** One more column, a copy of the last one at twice its strength (within limits). */
export const addVariant = (draft: SteeringDraft): SteeringDraft => {
  if (draft.variants.length >= MAX_VARIANTS) return draft
  const last = draft.variants.at(-1)?.strengths ?? {}
  const next = Object.fromEntries(
    draft.features.map((index) => [index, Math.max(-5, Math.min(5, (last[index] ?? DEFAULT_STRENGTH / 2) * 2))]),
  )
  return { ...draft, variants: [...draft.variants, variant(next)] }
}

export const removeVariant = (draft: SteeringDraft, key: string): SteeringDraft => ({
  ...draft,
  variants: draft.variants.filter((one) => one.key !== key),
})

export const sweep = (draft: SteeringDraft, strengths: readonly number[] = SWEEP): SteeringDraft => ({
  ...draft,
  variants: strengths.slice(0, MAX_VARIANTS).map((strength) => variant(uniform(draft.features, strength))),
})

/** What keeps the draft from being run, in words; null when nothing does. */
export const whyNot = (draft: SteeringDraft): string | null => {
  if (!draft.extractionId || !draft.modelId) return 'Choose an extraction.'
  if (draft.features.length === 0) return 'Choose at least one feature.'
  if (draft.variants.length === 0) return 'Add a strength.'
  const noPrompt = whyNotPrompt(draft.prompt)
  if (noPrompt) return noPrompt
  const parsed = SamplingSchema.safeParse(draft.sampling)
  if (!parsed.success)
    return `Sampling: ${SAMPLING_FIELDS[parsed.error.issues[0]?.path[0] as keyof Sampling]?.label ?? 'a value'} is out of its limits.`
  const strong = draft.variants.some((one) =>
    draft.features.some((index) => !SteeredFeatureSchema.shape.strength.safeParse(one.strengths[index]).success),
  )
  if (strong) return 'Strengths go from −20 to 20.'
  return whyNotReported(draft, parsed.data.maxTokens)
}

/** What is wrong with stop strings and alternatives. */
const whyNotReported = ({ stop, alternatives, variants }: SteeringDraft, maxTokens: number): string | null => {
  if (!AlternativesSchema.safeParse(alternatives).success) return 'Alternatives: 0 to 20.'
  if ((variants.length + 1) * maxTokens * (alternatives ?? 0) > MAX_STORED_ALTERNATIVES)
    return 'So many tokens with so many alternatives cannot be stored: lower one of them.'
  const stops = stopStrings(stop)
  return stops.length > 8 || stops.some((one) => one.length > 100)
    ? 'Stop at: up to 8 texts of up to 100 characters.'
    : null
}

/** The request; null while something is missing. */
export const toRequest = (draft: SteeringDraft): CreateSteering | null => {
  if (whyNot(draft)) return null
  const parsed = CreateSteeringSchema.safeParse({
    modelId: draft.modelId,
    extractionId: draft.extractionId,
    ...promptOf(draft.prompt),
    variants: draft.variants.map((one) => ({
      features: draft.features.map((index) => ({
        index,
        strength: one.strengths[index] ?? DEFAULT_STRENGTH,
        action: draft.action,
      })),
    })),
    sampling: draft.sampling,
    scope: draft.scope,
    stop: stopStrings(draft.stop),
    alternatives: draft.alternatives,
  })
  return parsed.success ? parsed.data : null
}

export const SAMPLING_FIELDS: Record<keyof Sampling, { label: string; help: string; step: number }> = {
  maxTokens: { label: 'Tokens', help: 'Tokens to write at most.', step: 10 },
  temperature: { label: 'Temperature', help: '0 always takes the likeliest token; higher is more varied.', step: 0.1 },
  topP: {
    label: 'Top p',
    help: 'Draw only from the likeliest tokens that together have this probability.',
    step: 0.05,
  },
  topK: { label: 'Top k', help: 'Draw only from this many likeliest tokens; 0 = no limit.', step: 10 },
  minP: {
    label: 'Min p',
    help: 'Draw only from tokens at least this many times as likely as the likeliest one; 0 = no limit.',
    step: 0.05,
  },
  repetitionPenalty: {
    label: 'Repetition penalty',
    help: 'Above 1 makes tokens that stand already in the text less likely.',
    step: 0.05,
  },
  seed: {
    label: 'Seed',
    help: 'Start of the random draw: the same for every column.',
    step: 1,
  },
}

/** The actions in words: what a strength s means, `max` being the feature's strongest activation in the extraction. */
export const ACTIONS: Record<SteeringAction, { label: string; help: string }> = {
  add: {
    label: 'Add its direction',
    help: 's adds the decoder direction times s × max at every position in scope; −1 takes it away. Beyond ±3 text often falls apart.',
  },
  set: { label: 'Set its activation', help: 'The feature is s × max at every position in scope; 0 ablates it.' },
  scale: {
    label: 'Multiply its activation',
    help: 'Where the feature fires, its activation is times s; 1 changes nothing.',
  },
  at_least: { label: 'Raise to at least', help: 'Where the feature is below s × max, it is raised to it.' },
  at_most: { label: 'Cap at', help: 'Where the feature is above s × max, it is lowered to it.' },
}

const times = (strength: number): string => `${Math.abs(strength).toFixed(1)}×`
const sign = (strength: number): string => (strength < 0 ? '−' : '')

/** `+2.0×` added, `= 2.0×` set, `·2.0` multiplied, `≥ 2.0×`, `≤ 2.0×`. */
export const strengthText = (strength: number, action: SteeringAction = 'add'): string => {
  if (action === 'add') return `${strength > 0 ? '+' : sign(strength)}${times(strength)}`
  if (action === 'scale') return `·${sign(strength)}${Math.abs(strength).toFixed(1)}`
  const relation = { set: '=', at_least: '≥', at_most: '≤' }[action]
  return `${relation} ${sign(strength)}${times(strength)}`
}
