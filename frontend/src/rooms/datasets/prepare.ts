// What datasets and tokenizations look like on screen, and what their forms accept: pure.
import {
  AppError,
  type CreateDataset,
  CreateTokenizationSchema,
  type Dataset,
  type DatasetPreview,
  type DatasetSource,
  type Model,
  type TokenizationStats,
  type TokenSample,
} from '@mistudio/contracts'
import { z } from 'zod'
import { formatBytes, formatCount, formatNumber, formatPercent, plural } from '../../ui/format.js'

export const datasetLine = (dataset: Dataset): string =>
  dataset.stats
    ? [
        plural(dataset.stats.documents, 'document'),
        formatBytes(dataset.stats.bytes),
        dataset.tokenizations > 0 ? plural(dataset.tokenizations, 'tokenization') : 'not tokenized',
      ].join(' · ')
    : 'Not read yet'

export interface ImportForm {
  name: string
  textColumn: string | null
  txtMode: 'lines' | 'paragraphs' | 'whole'
  onBadRecord: 'fail' | 'skip'
}

/** First values after a preview: the file's name without endings, the suggested column, leaving out broken lines when some were seen. */
export const initialForm = (preview: DatasetPreview): ImportForm => ({
  name: preview.fileName.replace(/\.(gz|zst|bz2)$/i, '').replace(/\.(jsonl|ndjson|json|csv|tsv|txt|parquet)$/i, ''),
  textColumn: preview.suggestedColumn,
  txtMode: 'lines',
  onBadRecord: preview.problems.length > 0 ? 'skip' : 'fail',
})

/** What is missing in the form, in words; null when it can be sent. */
export const formProblem = (form: ImportForm, preview: DatasetPreview): string | null => {
  if (!form.name.trim()) return 'Give it a name first.'
  if (preview.format !== 'txt' && !form.textColumn) return 'Choose the column that holds the text.'
  return null
}

export const toRequest = (form: ImportForm, preview: DatasetPreview, source: DatasetSource): CreateDataset => ({
  name: form.name.trim(),
  source,
  ...(preview.format !== 'txt' && form.textColumn ? { textColumn: form.textColumn } : {}),
  txtMode: form.txtMode,
  onBadRecord: form.onBadRecord,
  ...(preview.recordsIn ? { recordsIn: preview.recordsIn } : {}),
})

/** Stands for a JSON document itself, as one record or as an array of them. */
const WHOLE_DOCUMENT = '$'

/** Arrays of a JSON document that the user can choose from: those of a preview, or those that its error names. */
export const arrayChoices = (preview: DatasetPreview | null, error: unknown): { value: string; label: string }[] => {
  if (preview) {
    const { arrays, recordsIn } = preview
    if (recordsIn === null || arrays.length === 0 || (arrays.length === 1 && arrays[0]?.path === recordsIn)) return []
    const known = arrays.map(({ path, records }) => ({ value: path, label: `${path} (${formatNumber(records)})` }))
    return arrays.some(({ path }) => path === WHOLE_DOCUMENT)
      ? known
      : [...known, { value: WHOLE_DOCUMENT, label: 'the whole file, as one record' }]
  }
  const choices = error instanceof AppError ? ChoicesSchema.safeParse(error.details?.['choices']).data : undefined
  return (choices ?? []).map((path) => ({ value: path, label: path }))
}
const ChoicesSchema = z.array(z.string())

const limits = CreateTokenizationSchema.shape.contextSize
const minimum = limits.minValue ?? 1

/** Largest context a model takes. */
export const contextLimit = (model: Model | undefined): number =>
  Math.min(limits.maxValue ?? Number.POSITIVE_INFINITY, model?.spec?.maxPositions ?? Number.POSITIVE_INFINITY)

/** A sound first context size: 128, or the model's own limit when that is smaller. */
export const suggestedContext = (model: Model | undefined): number => Math.min(128, contextLimit(model))

export const contextProblem = (size: number | null, model: Model | undefined): string | null => {
  const most = contextLimit(model)
  const range = Number.isFinite(most) ? `from ${minimum} to ${formatNumber(most)}` : `of at least ${minimum}`
  return size === null || !Number.isInteger(size) || size < minimum || size > most ? `A whole number ${range}.` : null
}

export const tokenizationLine = (stats: TokenizationStats): string =>
  `${formatCount(stats.tokens)} tokens · ${formatCount(stats.trainContexts)} contexts to train on · ${formatCount(stats.heldOutContexts)} held out`

/** Share of the vocabulary that occurs in the text. */
export const coverage = (stats: TokenizationStats): string =>
  stats.vocabSize > 0 ? formatPercent(stats.distinctTokens / stats.vocabSize) : '–'

export interface Bar {
  from: number
  to: number
  count: number
  /** 0–1 of the highest bar. */
  height: number
}
export const histogramBars = ({ edges, counts }: TokenizationStats['histogram']): Bar[] => {
  const highest = Math.max(1, ...counts)
  return counts.flatMap((count, index) => {
    const from = edges[index]
    const to = edges[index + 1]
    return from === undefined || to === undefined ? [] : [{ from, to, count, height: count / highest }]
  })
}

export interface SampleToken {
  key: number
  text: string
  id: number
  startsDocument: boolean
}
/** Tokens of a sample with the marks of document starts; spaces, tabs and line ends made visible at the token's borders. */
export const sampleTokens = (sample: TokenSample): SampleToken[] => {
  const starts = new Set(sample.documentStarts)
  return sample.tokens.map((token, key) => ({
    key,
    id: token.id,
    text: visibleText(token.text),
    startsDocument: starts.has(key),
  }))
}
export const visibleText = (text: string): string => text.replace(/\n/g, '⏎').replace(/\t/g, '⇥').replace(/^ | $/g, '·')
