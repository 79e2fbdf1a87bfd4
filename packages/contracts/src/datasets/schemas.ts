// Text datasets and their tokenizations.

import { z } from 'zod'
import { described } from '../common/describe.js'
import { IdSchema, NameSchema, PageQuerySchema, TimeSchema } from '../common/envelope.js'
import { block, line } from '../common/text.js'
import { DamageSchema } from '../files/stored.js'
import { JobSchema } from '../jobs/schemas.js'
import { listQuery } from '../lists/index.js'

export const DatasetFormatSchema = z.enum(['jsonl', 'json', 'csv', 'txt', 'parquet'])
export type DatasetFormat = z.infer<typeof DatasetFormatSchema>

/** Where the text comes from: a path inside an import root, or an upload. */
export const DatasetSourceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('path'), path: line().min(1).max(4096) }),
  z.strictObject({ type: z.literal('upload'), uploadId: IdSchema }),
])
export type DatasetSource = z.infer<typeof DatasetSourceSchema>

/** How a txt file is cut into documents. */
export const TxtModeSchema = z.enum(['lines', 'paragraphs', 'whole'])

/** Which array of a JSON document holds the records: its keys joined by dots; `$` for the document itself. Found by rules when absent. */
const RecordsInSchema = block().min(1).max(2000)

export const PreviewDatasetSchema = z.strictObject({
  source: DatasetSourceSchema,
  recordsIn: RecordsInSchema.optional(),
})
export type PreviewDataset = z.infer<typeof PreviewDatasetSchema>
export const DatasetPreviewSchema = z.object({
  fileName: z.string(),
  format: DatasetFormatSchema,
  compressed: z.boolean(),
  size: z.number(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), sample: z.string() })),
  /** How many columns there are; `columns` holds the first of them. */
  columnsInFile: z.int(),
  /** The column that holds the text where that is plain; null where it is a choice. */
  suggestedColumn: z.string().nullable(),
  /** Of a JSON document: the array that was read, and those that could hold the records. */
  recordsIn: z.string().nullable(),
  arrays: z.array(z.object({ path: z.string(), records: z.int() })),
  rows: z.array(z.record(z.string(), z.unknown())),
  /** Broken lines met within the previewed part. */
  problems: z.array(z.object({ line: z.int(), reason: z.string() })),
})
export type DatasetPreview = z.infer<typeof DatasetPreviewSchema>

export const CreateDatasetSchema = z.strictObject({
  name: NameSchema,
  source: DatasetSourceSchema,
  /** Column that holds the text; not used for txt. Without it: the only text column, or the one of a conventional name; refused where that is open. */
  textColumn: block().min(1).max(200).optional(),
  txtMode: TxtModeSchema.default('lines'),
  recordsIn: RecordsInSchema.optional(),
  /** What to do with lines that cannot be read: stop with the line number, or leave them out and count them. */
  onBadRecord: z.enum(['fail', 'skip']).default('fail'),
})
export type CreateDataset = z.infer<typeof CreateDatasetSchema>

export const SkippedRecordSchema = z.object({ line: z.int(), reason: z.string() })
export const DatasetStatsSchema = z.object({
  documents: z.int(),
  bytes: z.number(),
  characters: z.number(),
  skipped: z.int(),
  /** The first hundred. */
  skippedRecords: z.array(SkippedRecordSchema),
  emptyDocuments: z.int(),
})
export type DatasetStats = z.infer<typeof DatasetStatsSchema>

export const DatasetSchema = z.object({
  id: IdSchema,
  ...described,
  status: z.enum(['importing', 'ready', 'failed']),
  fileName: z.string(),
  format: DatasetFormatSchema.nullable(),
  textColumn: z.string().nullable(),
  stats: DatasetStatsSchema.nullable(),
  tokenizations: z.int(),
  /** Found by the check of stored data, or by a job that met it; null: none is known. */
  damage: DamageSchema.nullable(),
  job: JobSchema.nullable(),
  createdAt: TimeSchema,
})
export type Dataset = z.infer<typeof DatasetSchema>

export const DocumentSchema = z.object({ index: z.int(), text: z.string(), characters: z.int() })
export type Document = z.infer<typeof DocumentSchema>
export const DocumentsResultSchema = z.object({ total: z.int(), documents: z.array(DocumentSchema) })

export const CreateTokenizationSchema = z.strictObject({
  modelId: IdSchema,
  /** Tokens per context window; at most the model's positions. */
  contextSize: z.int().min(8).max(32768),
  /** Put the BOS token before every document (as SAELens and the model's own training do). */
  prependBos: z.boolean().default(true),
  /** Use only the first N documents. */
  maxDocuments: z.int().min(1).optional(),
})
export type CreateTokenization = z.infer<typeof CreateTokenizationSchema>

export const TokenizationStatsSchema = z.object({
  documents: z.int(),
  tokens: z.number(),
  trainContexts: z.int(),
  heldOutContexts: z.int(),
  /** Tokens dropped at the ends because they fill no window. */
  droppedTokens: z.int(),
  minLength: z.int(),
  meanLength: z.number(),
  medianLength: z.number(),
  maxLength: z.int(),
  /** Document lengths: `edges` has one element more than `counts`. */
  histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.int()) }),
  distinctTokens: z.int(),
  vocabSize: z.int(),
  tokensPerSecond: z.number(),
})
export type TokenizationStats = z.infer<typeof TokenizationStatsSchema>

export const TokenizationSchema = z.object({
  id: IdSchema,
  datasetId: IdSchema,
  datasetName: z.string(),
  modelId: IdSchema,
  modelName: z.string(),
  status: z.enum(['running', 'ready', 'failed']),
  contextSize: z.int(),
  prependBos: z.boolean(),
  stats: TokenizationStatsSchema.nullable(),
  /** Found by the check of stored data, or by a job that met it; null: none is known. */
  damage: DamageSchema.nullable(),
  job: JobSchema.nullable(),
  createdAt: TimeSchema,
})
export type Tokenization = z.infer<typeof TokenizationSchema>

/** A token of a decoded text: `text` is exact; parts of one character are joined to the token that completes it. */
export const TokenSpanSchema = z.object({ id: z.int(), text: z.string() })
export type TokenSpan = z.infer<typeof TokenSpanSchema>
export const TokenSampleSchema = z.object({
  context: z.int(),
  split: z.enum(['train', 'held_out']),
  tokens: z.array(TokenSpanSchema),
  /** Positions at which a new document starts. */
  documentStarts: z.array(z.int()),
})
export type TokenSample = z.infer<typeof TokenSampleSchema>
export const TokenSamplesResultSchema = z.object({ total: z.int(), samples: z.array(TokenSampleSchema) })

export const SamplesQuerySchema = PageQuerySchema.extend({ split: z.enum(['train', 'held_out']).default('train') })

/** Job parameters. `path` is already confined by the backend. */
export const DatasetPreviewParamsSchema = z.object({
  path: z.string(),
  fileName: z.string(),
  recordsIn: z.string().nullable().default(null),
})
export const DatasetImportParamsSchema = z.object({
  datasetId: IdSchema,
  path: z.string(),
  fileName: z.string(),
  textColumn: z.string().nullable(),
  txtMode: TxtModeSchema,
  onBadRecord: z.enum(['fail', 'skip']),
  recordsIn: z.string().nullable().default(null),
  /** Delete the source when done (uploads). */
  removeSource: z.boolean(),
})
export const DatasetTokenizeParamsSchema = z.object({
  tokenizationId: IdSchema,
  datasetId: IdSchema,
  modelId: IdSchema,
  modelPath: z.string(),
  contextSize: z.int(),
  prependBos: z.boolean(),
  maxDocuments: z.int().nullable(),
})
export const DatasetDocumentsParamsSchema = z.object({ datasetId: IdSchema, offset: z.int(), limit: z.int() })
export const DatasetSamplesParamsSchema = z.object({
  tokenizationId: IdSchema,
  modelPath: z.string(),
  split: z.enum(['train', 'held_out']),
  offset: z.int(),
  limit: z.int(),
})

/** Searches the name and the name of the file. */
export const DatasetListQuerySchema = listQuery(
  ['-createdAt', 'name', 'tokenizations', 'documents', 'work'],
  { ready: z.stringbool().optional() },
  ['tokenized', 'tag'],
)

/** Searches the names of dataset and model. */
export const TokenizationListQuerySchema = listQuery(['-createdAt', 'contextSize'], {
  datasetId: IdSchema.optional(),
  modelId: IdSchema.optional(),
  ready: z.stringbool().optional(),
})
