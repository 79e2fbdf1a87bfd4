// The options of the training form: which are shown for what is chosen, in which group, and what is wrong with a value. Limits, defaults
// and words come from the contract. Pure.
import {
  architectureOf,
  BASE_OPTIONS,
  isTranscoder,
  OPTION_CONDITIONS,
  OPTION_TEXTS,
  type OptionGroup,
  optionDefault,
  optionKind,
  optionSchema,
  optionsOf,
  type SaeTrainingArchitecture,
  type TrainingOption,
  usualSchedules,
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

/** The values with another output: what cannot be had with it goes to what can, where it was left at its default. */
export function withOutput(values: Values, part: Values): Values {
  const next = { ...values, ...part }
  const isAway = (of: Values) => isTranscoder(sitesOf(of)) || of['skipConnection'] === true
  const usual = BASE_OPTIONS.normalizeActivations.parse(undefined)
  const kind = next['normalizeActivations']
  if (isAway(next) && kind === usual) return { ...next, normalizeActivations: 'none' }
  return !isAway(next) && isAway(values) && kind === 'none' ? { ...next, normalizeActivations: usual } : next
}

/**
 * The values with some typed anew. A choice that brings others (a sparsity loss its window, the steps their schedules) brings them where
 * those of the last were left.
 */
export function withTyped(architecture: SaeTrainingArchitecture, values: Values, part: Values): Values {
  const { brings } = architectureOf(architecture)
  const usual = (option: TrainingOption) => optionDefault(architecture, option)
  const brought = (by: Values): Values => ({ ...usualSchedules(by['steps'], usual), ...brings(by) })
  const [before, after] = [brought(values), brought({ ...values, ...part })]
  const moved = Object.entries(after).filter(([key]) => key in before && values[key] === before[key])
  return { ...values, ...Object.fromEntries(moved), ...part }
}

const sitesOf = (values: Values) => ({
  site: String(values['site'] ?? ''),
  outputSite: typeof values['outputSite'] === 'string' ? values['outputSite'] : null,
})

/** Options that only mean something together with another choice; those of single architectures stand beside them. */
const CONDITIONS: Readonly<Partial<Record<TrainingOption, (values: Values) => boolean>>> = {
  ...OPTION_CONDITIONS,
  decaySteps: ({ lrSchedule }) => lrSchedule === 'linear',
  lrEndFactor: ({ lrSchedule }) => lrSchedule === 'cosine' || lrSchedule === 'cosine_restarts',
  lrCycles: ({ lrSchedule }) => lrSchedule === 'cosine_restarts',
  decoderInitNorm: ({ decoderNorm }) => decoderNorm !== 'unit',
  resampleEvery: ({ revival }) => revival === 'resampling',
  resampleTokens: ({ revival }) => revival === 'resampling',
  resampleUntil: ({ revival }) => revival === 'resampling',
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

/** Numbers of a text with commas or spaces between them; null when something else is in it. */
export function parseNumbers(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '')
  const numbers = parts.map(Number)
  return numbers.some(Number.isNaN) ? null : numbers
}
