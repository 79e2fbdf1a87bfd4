// The form of an extraction and the words around one. Pure.
import {
  type Extraction,
  type ExtractionParams,
  ExtractionParamsSchema,
  type ExtractionRequest,
  ExtractionRequestSchema,
  type Sae,
  type Tokenization,
} from '@mistudio/contracts'
import { places } from '../../places/index.js'
import { formatCount, formatDuration, formatNumber, formatPercent, formatValue } from '../../ui/format.js'

/** What an extraction is called: its SAE and the text it read. */
export const extractionName = ({ saeName, datasetName }: Pick<Extraction, 'saeName' | 'datasetName'>): string =>
  `${saeName} on ${datasetName}`

export type NumberKey = Exclude<keyof ExtractionParams, 'excludeBos' | 'sampling' | 'text'>
export const FIELDS: Record<NumberKey, { label: string; help: string; unit?: string }> = {
  tokens: {
    label: 'Tokens to read',
    unit: 'tokens',
    help: 'More tokens find rarer features and better examples, and take longer in proportion.',
  },
  topExamples: { label: 'Top examples', help: 'Strongest occurrences kept per feature.' },
  quantileExamples: {
    label: 'Random examples',
    help: 'Occurrences drawn at random per feature, shared out over the groups. They show what weak activations look like.',
  },
  quantiles: {
    label: 'Groups',
    help: 'Equal intervals of activation from zero up; for peaks, groups of equal share.',
  },
  contextBefore: { label: 'Tokens before the peak', help: 'Length of the text kept before the strongest token.' },
  contextAfter: { label: 'Tokens after the peak', help: 'Length of the text kept after the strongest token.' },
  histogramBins: { label: 'Histogram bins', help: 'Bins of each feature’s activation histogram.' },
  topLogits: { label: 'Output tokens', help: 'Most raised and most lowered output tokens kept per feature.' },
  neighbours: { label: 'Nearest features', help: 'Features with the most similar decoder direction kept per feature.' },
  seed: { label: 'Seed', help: 'Start of the random draw of examples.' },
}
export const MAIN_KEYS: readonly NumberKey[] = ['tokens', 'topExamples', 'quantileExamples', 'quantiles']
export const MORE_KEYS: readonly NumberKey[] = [
  'contextBefore',
  'contextAfter',
  'histogramBins',
  'topLogits',
  'neighbours',
  'seed',
]

/** `text` left out: the default of what the SAE was trained on. */
export type DraftParams = Record<NumberKey, number | null> & Pick<ExtractionRequest, 'excludeBos' | 'sampling' | 'text'>
export const defaultParams = (): ExtractionRequest => ExtractionRequestSchema.parse({})

/** What is wrong with one number; null when it fits. Limits are the contract's. */
export const numberError = (key: NumberKey, value: number | null): string | null => {
  if (value === null) return 'Type a number.'
  if (ExtractionParamsSchema.shape[key].safeParse(value).success) return null
  if (!Number.isInteger(value)) return 'Type a whole number.'
  const { minValue, maxValue } = ExtractionParamsSchema.shape[key].unwrap()
  return `Between ${formatNumber(minValue)} and ${formatNumber(maxValue)}.`
}

/** Ready tokenizations that this SAE can read: those of its own model. */
export const tokenizationsFor = (sae: Sae | undefined, all: readonly Tokenization[]): Tokenization[] =>
  sae ? all.filter((one) => one.status === 'ready' && one.modelId === sae.modelId) : []

/** What is missing before an extraction can start; null when nothing is. */
export const missingFor = (
  saes: readonly Sae[],
  tokenizations: readonly Tokenization[],
): { text: string; to: string; action: string } | null => {
  if (saes.length === 0) return { text: 'an SAE', to: places.newTraining(), action: 'Train one' }
  if (!saes.some((sae) => tokenizationsFor(sae, tokenizations).length > 0))
    return { text: 'a dataset tokenized for the model of an SAE', to: places.datasets(), action: 'Tokenize a dataset' }
  return null
}

/** One line of figures of a finished extraction. */
export const summaryLine = ({ summary }: Pick<Extraction, 'summary'>): string | null =>
  summary &&
  [
    `${formatCount(summary.aliveFeatures)} of ${formatCount(summary.features)} features fired`,
    `${formatCount(summary.tokens)} tokens`,
    `L0 ${formatValue(summary.l0)}`,
    `${formatPercent(1 - summary.fvu)} of variance explained`,
    formatDuration(summary.seconds),
  ].join(' · ')

export const sortExtractions = (all: readonly Extraction[]): Extraction[] => {
  const active = (one: Extraction) => (one.status === 'running' ? 1 : 0)
  return [...all].sort((a, b) => active(b) - active(a) || b.createdAt.localeCompare(a.createdAt))
}
