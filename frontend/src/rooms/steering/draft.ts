// The draft of a steering experiment: chosen features, variants with a strength for each, prompt, sampling. Pure.
import {
  AlternativesSchema,
  type CreateSteering,
  CreateSteeringSchema,
  MAX_STORED_ALTERNATIVES,
  type Sampling,
  SamplingSchema,
  STEERING_LIMITS,
  SteeredFeatureSchema,
  type SteeringAction,
  type SteeringScope,
  StopStringsSchema,
} from '@mistudio/contracts'
import type { AskedOf, Places } from '../../places/index.js'
import {
  PROMPTS,
  type PromptDraft,
  promptFrom,
  promptOf,
  startPrompt,
  stopStrings,
  stopText,
  whyNotPrompt,
} from '../../shared/prompt/prompt.js'
import { SAMPLING_FIELDS } from './words.js'

/** What is done with one feature in one column. */
export interface Edit {
  readonly index: number
  /** In units of the feature's own maximum activation, except for `scale`. */
  readonly strength: number
  readonly action: SteeringAction
}
/** One column beside the unsteered one. It may leave out a feature that others steer. */
export interface Variant {
  readonly key: string
  readonly edits: readonly Edit[]
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
  /** Stop strings, one a line, with `\\n` for a newline. */
  stop: string
  alternatives: number | null
}

const strength = SteeredFeatureSchema.shape.strength
export const STRENGTHS = { min: strength.minValue ?? 0, max: strength.maxValue ?? 0 } as const

/** A strength that shows something, by what is done: ×1 would change nothing, nor would a cap at the maximum. */
const DEFAULT_STRENGTHS: Record<SteeringAction, number> = { add: 1, set: 1, scale: 2, at_least: 1, at_most: 0.5 }

/** Strengths to choose at once, for all chosen features. */
export const PRESETS: readonly {
  label: string
  help: string
  action?: SteeringAction
  strengths: readonly number[]
}[] = [
  { label: 'Weak to strong', help: 'Four columns from half the maximum to four times it.', strengths: [0.5, 1, 2, 4] },
  { label: 'Both ways', help: 'Taken away in two columns, added in two.', strengths: [-2, -1, 1, 2] },
  { label: 'Ablate', help: 'One column in which the features are set to zero.', action: 'set', strengths: [0] },
]

let made = 0
const variant = (edits: readonly Edit[]): Variant => {
  made += 1
  return { key: `v${made}`, edits }
}
const actionOf = (draft: Pick<SteeringDraft, 'variants'>, index: number): SteeringAction =>
  draft.variants.flatMap(({ edits }) => edits).find((edit) => edit.index === index)?.action ?? 'add'
const fresh = (index: number, action: SteeringAction = 'add'): Edit => ({
  index,
  strength: DEFAULT_STRENGTHS[action],
  action,
})

/** A first draft, with what the address asks for. */
export const startDraft = ({
  extraction,
  features: asked = [],
}: Partial<AskedOf<Places['steering']>>): SteeringDraft => {
  const features = [...new Set(asked)].slice(0, STEERING_LIMITS.features)
  return {
    extractionId: extraction ?? '',
    modelId: '',
    features,
    variants: [variant(features.map((index) => fresh(index)))],
    prompt: startPrompt(PROMPTS[0].text),
    sampling: SamplingSchema.parse({}),
    scope: 'all',
    stop: '',
    alternatives: AlternativesSchema.parse(5),
  }
}

/** The draft that makes exactly this request again. */
export const fromRequest = (request: CreateSteering): SteeringDraft => ({
  extractionId: request.extractionId ?? '',
  modelId: request.modelId,
  features: [...new Set(request.variants.flatMap((one) => one.features.map((feature) => feature.index)))],
  variants: request.variants.map((one) => variant(one.features)),
  prompt: promptFrom(request),
  sampling: request.sampling,
  scope: request.scope,
  stop: stopText(request.stop),
  alternatives: request.alternatives,
})

const mapVariants = (draft: SteeringDraft, change: (edits: readonly Edit[]) => readonly Edit[]): SteeringDraft => ({
  ...draft,
  variants: draft.variants.map((one) => ({ ...one, edits: change(one.edits) })),
})

export const addFeature = (draft: SteeringDraft, index: number): SteeringDraft =>
  draft.features.includes(index) || draft.features.length >= STEERING_LIMITS.features
    ? draft
    : mapVariants(
        {
          ...draft,
          features: [...draft.features, index],
          variants: draft.variants.length > 0 ? draft.variants : [variant([])],
        },
        (edits) => [...edits, fresh(index)],
      )

export const removeFeature = (draft: SteeringDraft, index: number): SteeringDraft => {
  const { variants, ...rest } = mapVariants(draft, (edits) => edits.filter((edit) => edit.index !== index))
  const left = variants.filter(({ edits }) => edits.length > 0)
  return {
    ...rest,
    features: draft.features.filter((other) => other !== index),
    variants: left.length > 0 ? left : variants.slice(0, 1),
  }
}

/** What is done with a feature, in every column that steers it; a strength left at its default follows. */
export const setAction = (draft: SteeringDraft, index: number, action: SteeringAction): SteeringDraft =>
  mapVariants(draft, (edits) =>
    edits.map((edit) =>
      edit.index === index
        ? {
            ...edit,
            action,
            strength: edit.strength === DEFAULT_STRENGTHS[edit.action] ? DEFAULT_STRENGTHS[action] : edit.strength,
          }
        : edit,
    ),
  )

/** What is done with a feature; null when columns differ in it. */
export const sharedAction = (draft: SteeringDraft, index: number): SteeringAction | null => {
  const actions = new Set(
    draft.variants.flatMap(({ edits }) => edits.filter((edit) => edit.index === index).map(({ action }) => action)),
  )
  return actions.size > 1 ? null : actionOf(draft, index)
}

export const setStrength = (draft: SteeringDraft, key: string, index: number, value: number): SteeringDraft => ({
  ...draft,
  variants: draft.variants.map((one) =>
    one.key === key
      ? { ...one, edits: one.edits.map((edit) => (edit.index === index ? { ...edit, strength: value } : edit)) }
      : one,
  ),
})

/** Takes a feature into a column that left it out, or leaves it out. */
export const toggleFeature = (draft: SteeringDraft, key: string, index: number): SteeringDraft => ({
  ...draft,
  variants: draft.variants.map((one) => {
    if (one.key !== key) return one
    const without = one.edits.filter((edit) => edit.index !== index)
    return {
      ...one,
      edits: without.length < one.edits.length ? without : [...without, fresh(index, actionOf(draft, index))],
    }
  }),
})

/** What the slider covers of the contract's range. */
export const SLIDER = { min: -5, max: 5 } as const
const within = (value: number, { min, max }: { min: number; max: number }): number =>
  Math.max(min, Math.min(max, value))
export const onSlider = (value: number): number => within(value, SLIDER)

/** One more column, a copy of the last one at twice its strength (within the slider). */
export const addVariant = (draft: SteeringDraft): SteeringDraft => {
  if (draft.variants.length >= STEERING_LIMITS.variants) return draft
  const last = draft.variants.at(-1)?.edits ?? draft.features.map((index) => fresh(index))
  const edits = last.map((edit) => ({ ...edit, strength: onSlider(edit.strength * 2) }))
  return { ...draft, variants: [...draft.variants, variant(edits)] }
}

export const removeVariant = (draft: SteeringDraft, key: string): SteeringDraft => ({
  ...draft,
  variants: draft.variants.filter((one) => one.key !== key),
})

/** A column for each strength, for all chosen features at once; what is done with them stays unless the preset says it. */
export const withPreset = (draft: SteeringDraft, { action, strengths }: (typeof PRESETS)[number]): SteeringDraft => ({
  ...draft,
  variants: strengths
    .slice(0, STEERING_LIMITS.variants)
    .map((value) =>
      variant(draft.features.map((index) => ({ index, strength: value, action: action ?? actionOf(draft, index) }))),
    ),
})

/** What keeps the draft from being run, in words; null when nothing does. */
export const whyNot = (draft: SteeringDraft): string | null => {
  if (!draft.extractionId || !draft.modelId) return 'Choose an extraction.'
  if (draft.features.length === 0) return 'Choose at least one feature.'
  if (draft.variants.length === 0) return 'Add a strength.'
  const empty = draft.variants.findIndex(({ edits }) => edits.length === 0)
  if (empty >= 0) return `Column ${empty + 1} steers nothing: take a feature into it or remove it.`
  const noPrompt = whyNotPrompt(draft.prompt)
  if (noPrompt) return noPrompt
  const parsed = SamplingSchema.safeParse(draft.sampling)
  if (!parsed.success)
    return `Sampling: ${SAMPLING_FIELDS[parsed.error.issues[0]?.path[0] as keyof Sampling]?.label ?? 'a value'} is out of its limits.`
  const beyond = draft.variants.some(({ edits }) => edits.some((edit) => !strength.safeParse(edit.strength).success))
  const { min, max } = STRENGTHS
  if (beyond) return `Strengths go from ${String(min).replace('-', '−')} to ${max}.`
  return whyNotReported(draft, parsed.data.maxTokens)
}

/** What is wrong with stop strings and alternatives. */
const whyNotReported = ({ stop, alternatives, variants }: SteeringDraft, maxTokens: number): string | null => {
  if (!AlternativesSchema.safeParse(alternatives).success) return `Alternatives: 0 to ${STEERING_LIMITS.alternatives}.`
  if ((variants.length + 1) * maxTokens * (alternatives ?? 0) > MAX_STORED_ALTERNATIVES)
    return 'So many tokens with so many alternatives cannot be stored: lower one of them.'
  return StopStringsSchema.safeParse(stopStrings(stop)).success
    ? null
    : `Stop at: up to ${STEERING_LIMITS.stops} texts of up to ${STEERING_LIMITS.stopLength} characters.`
}

/** The request; null while something is missing. */
export const toRequest = (draft: SteeringDraft): CreateSteering | null => {
  if (whyNot(draft)) return null
  const parsed = CreateSteeringSchema.safeParse({
    modelId: draft.modelId,
    extractionId: draft.extractionId,
    ...promptOf(draft.prompt),
    variants: draft.variants.map(({ edits }) => ({ features: edits })),
    sampling: draft.sampling,
    scope: draft.scope,
    stop: stopStrings(draft.stop),
    alternatives: draft.alternatives,
  })
  return parsed.success ? parsed.data : null
}
