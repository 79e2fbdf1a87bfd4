// The options of the training form: which are shown for what is chosen, in which group, and what is wrong with a value. Limits, defaults
// and words come from the contract. Pure.
import {
  BASE_OPTIONS,
  broughtByLoss,
  isTranscoder,
  OPTION_TEXTS,
  type OptionGroup,
  optionDefault,
  optionKind,
  optionSchema,
  optionsOf,
  type SaeTrainingArchitecture,
  scheduleProblems,
  type TrainingOption,
} from '@mistudio/contracts'
import { formatNumber, formatValue } from '../../ui/format.js'

/** What the person chose so far, by name of the option; an empty number field is null. Values of other architectures may stay in it. */
export type Values = Readonly<Record<string, unknown>>

/** Chosen by fields of their own. */
const ELSEWHERE: ReadonlySet<string> = new Set(['architecture', 'site', 'moreSites', 'outputSite', 'skipConnection'])

export const BASIC_GROUPS: readonly OptionGroup[] = ['Architecture', 'Sparsity', 'Length', 'Schedule']
export const ADVANCED_GROUPS: readonly OptionGroup[] = [
  'Optimiser',
  'Start',
  'Dead features',
  'Data',
  'Reports and evaluation',
  'Checkpoints',
  'Alerts',
]

/** Scalings of whole batches, folded into the weights in the end. */
const SCALED: readonly string[] = ['expected_average_only_in', 'covariance_whitening']

/** The values with another output: what cannot be had with it goes to what can, where it was left at its default. */
export function withOutput(values: Values, part: Values): Values {
  const next = { ...values, ...part }
  const isAway = (of: Values) => isTranscoder(sitesOf(of)) || of['skipConnection'] === true
  const usual = BASE_OPTIONS.normalizeActivations.parse(undefined)
  const kind = next['normalizeActivations']
  if (isAway(next) && kind === usual) return { ...next, normalizeActivations: 'none' }
  return !isAway(next) && isAway(values) && kind === 'none' ? { ...next, normalizeActivations: usual } : next
}

/** The values with some typed anew. Another sparsity loss brings the options made for it, where those of the last one were left. */
export function withTyped(values: Values, part: Values): Values {
  if (part['sparsityLoss'] === undefined) return { ...values, ...part }
  const before = broughtByLoss(values['sparsityLoss'])
  const moved = Object.entries(broughtByLoss(part['sparsityLoss'])).filter(([key]) => values[key] === before[key])
  return { ...values, ...Object.fromEntries(moved), ...part }
}

const sitesOf = (values: Values) => ({
  site: String(values['site'] ?? ''),
  outputSite: typeof values['outputSite'] === 'string' ? values['outputSite'] : null,
})

/** Options that only mean something together with another choice. */
const CONDITIONS: Readonly<Partial<Record<TrainingOption, (values: Values) => boolean>>> = {
  decaySteps: ({ lrSchedule }) => lrSchedule === 'linear',
  lrEndFactor: ({ lrSchedule }) => lrSchedule === 'cosine' || lrSchedule === 'cosine_restarts',
  lrCycles: ({ lrSchedule }) => lrSchedule === 'cosine_restarts',
  decoderInitNorm: ({ decoderNorm }) => decoderNorm !== 'unit',
  resampleEvery: ({ revival }) => revival === 'resampling',
  resampleTokens: ({ revival }) => revival === 'resampling',
  resampleUntil: ({ revival }) => revival === 'resampling',
  tanhScale: ({ sparsityLoss }) => sparsityLoss === 'tanh',
  applyBDecToInput: (values) => !isTranscoder(sitesOf(values)),
  normTokens: ({ normalizeActivations: kind, bDecInit }) =>
    kind === 'expected_average_only_in' || kind === 'covariance_whitening' || bDecInit !== 'zeros',
}

/** Whether an option does anything for what is chosen. */
export const applies = (key: TrainingOption, values: Values): boolean => CONDITIONS[key]?.(values) ?? true

/** Whether it has a field among the options. */
export const isShown = (key: TrainingOption, values: Values): boolean => !ELSEWHERE.has(key) && applies(key, values)

/** Options of a group for what is chosen, in the order of the contract. */
export const optionsIn = (
  group: OptionGroup,
  architecture: SaeTrainingArchitecture,
  values: Values,
): TrainingOption[] =>
  optionsOf(architecture).filter((key) => OPTION_TEXTS[key].group === group && isShown(key, values))

/** Defaults of every option of an architecture that has one. */
export const defaultsOf = (architecture: SaeTrainingArchitecture): Values =>
  Object.fromEntries(
    optionsOf(architecture).flatMap((key) => {
      const value = optionDefault(architecture, key)
      return value === undefined ? [] : [[key, value]]
    }),
  )

/** The values with another architecture: what was left at the old default goes to the new one, what was typed stays. */
export function withArchitecture(values: Values, from: SaeTrainingArchitecture, to: SaeTrainingArchitecture): Values {
  const [before, after] = [defaultsOf(from), defaultsOf(to)]
  const same = (key: string) => JSON.stringify(values[key]) === JSON.stringify(before[key])
  const moved = Object.entries(after).filter(([key]) => values[key] === undefined || (key in before && same(key)))
  return { ...values, ...Object.fromEntries(moved), architecture: to }
}

/** What is sent: the shown options of the architecture; the others take their defaults. */
export const sent = (architecture: SaeTrainingArchitecture, values: Values): Values =>
  Object.fromEntries(
    optionsOf(architecture).flatMap((key) => {
      const value = key === 'architecture' ? architecture : values[key]
      return value !== undefined && (ELSEWHERE.has(key) || isShown(key, values)) ? [[key, value]] : []
    }),
  )

const show = (value: number): string => (Math.abs(value) >= 1000 ? formatNumber(value) : formatValue(value))

/** What is wrong with the value of one option, in words; null when it fits. */
export function valueError(architecture: SaeTrainingArchitecture, key: TrainingOption, value: unknown): string | null {
  const kind = optionKind(architecture, key)
  if (kind.kind === 'number') {
    if (value === null && !kind.nullable) return 'Type a number.'
    if (kind.whole && typeof value === 'number' && !Number.isInteger(value)) return 'Type a whole number.'
  }
  if (optionSchema(architecture, key)?.safeParse(value).success) return null
  if (kind.kind === 'number') {
    return `Between ${show(kind.min)} and ${show(kind.max)}${kind.whole ? '' : ' (the ends may be excluded)'}.`
  }
  return kind.kind === 'numbers' ? 'Type numbers with commas between them.' : 'Choose one of the list.'
}

/** What is wrong between options that each are right by themselves. */
export function togetherErrors(
  architecture: SaeTrainingArchitecture,
  values: Values,
  dSae: number | null,
): Partial<Record<TrainingOption, string>> {
  const errors: Partial<Record<TrainingOption, string>> = {}
  const number = (key: TrainingOption): number => (typeof values[key] === 'number' ? values[key] : 0)
  const has = (key: string): boolean => optionSchema(architecture, key) !== null
  const atMost = dSae === null ? null : `At most d_sae = ${dSae}.`
  if (atMost && has('k') && number('k') > (dSae ?? 0)) errors.k = atMost
  if (atMost && has('targetL0') && number('targetL0') > (dSae ?? 0)) errors.targetL0 = atMost
  const own = Object.fromEntries(Object.entries(values).filter(([key]) => has(key)))
  for (const { option, message } of scheduleProblems(own)) errors[option] = message
  const crosscoder = Array.isArray(values['moreSites']) && values['moreSites'].length > 0
  if (crosscoder) {
    if (architecture === 'matching_pursuit')
      errors.moreSites = 'Matching pursuit cannot be a crosscoder: leave them out.'
    const kind = values['normalizeActivations']
    if (kind !== 'none' && kind !== 'expected_average_only_in') {
      errors.normalizeActivations = 'Crosscoders take none, or the average norm of each site.'
    }
  }
  const away = isTranscoder(sitesOf(values)) || values['skipConnection'] === true
  if (away && SCALED.includes(String(values['normalizeActivations']))) {
    errors.normalizeActivations = 'Not for transcoders and skip connections: choose none or layer norm.'
  }
  if (has('sparsityLoss') && values['sparsityLoss'] === 'quadratic' && values['targetL0'] === null) {
    errors.targetL0 = 'The quadratic loss needs a target L0.'
  }
  const perToken = ['layer_norm', 'constant_norm_rescale'].includes(String(values['normalizeActivations']))
  if (perToken && values['revival'] === 'ghost_grads') {
    errors.revival = 'Ghost gradients are not defined when every token is normalised by itself.'
  }
  return errors
}

/** Numbers of a text with commas or spaces between them; null when something else is in it. */
export function parseNumbers(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '')
  const numbers = parts.map(Number)
  return numbers.some(Number.isNaN) ? null : numbers
}
