// An extraction reads a dataset through an SAE once and describes every feature.
import { z } from 'zod'
import { IdSchema, TimeSchema } from '../common/envelope.js'
import { JobPrecisionSchema, PrecisionSchema } from '../common/precision.js'
import { JobSchema } from '../jobs/schemas.js'
import { listQuery } from '../lists/index.js'
import { ReadTextSchema, TextChoiceSchema, TokensReadSchema, TrainedOnSchema } from './text.js'

export * from './text.js'

export const ExtractionParamsSchema = z.strictObject({
  /** Tokens to read: whole contexts, at least one and at most what the text holds. */
  tokens: z.int().min(256).max(10_000_000_000).default(500_000),
  /** Documents that are read. */
  text: ReadTextSchema.default('train_first'),
  topExamples: z.int().min(1).max(100).default(20),
  /** What random examples are: tokens in intervals of activation from zero to the largest, or peaks of contexts by quantile. */
  sampling: z.enum(['tokens', 'peaks']).default('tokens'),
  /** Random examples per feature, shared out over the groups. */
  quantileExamples: z.int().min(0).max(100).default(20),
  quantiles: z.int().min(1).max(10).default(5),
  contextBefore: z.int().min(0).max(200).default(24),
  contextAfter: z.int().min(0).max(200).default(12),
  histogramBins: z.int().min(8).max(200).default(50),
  /** Top and bottom output tokens per feature. */
  topLogits: z.int().min(1).max(50).default(10),
  neighbours: z.int().min(0).max(50).default(10),
  excludeBos: z.boolean().default(true),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
})
export type ExtractionParams = z.infer<typeof ExtractionParamsSchema>

/** As asked for: without a text, `defaultText` of what the SAE was trained on. */
export const ExtractionRequestSchema = ExtractionParamsSchema.extend({ text: TextChoiceSchema.optional() })
export type ExtractionRequest = z.infer<typeof ExtractionRequestSchema>

export const CreateExtractionSchema = z.strictObject({
  saeId: IdSchema,
  tokenizationId: IdSchema,
  params: ExtractionRequestSchema,
})
export type CreateExtraction = z.infer<typeof CreateExtractionSchema>

export const ExtractionSummarySchema = z.object({
  /** Counted ones: BOS is left out where that was asked for. */
  tokens: z.number(),
  contexts: z.int(),
  /** Of which documents; left out by extractions that were made before it was noted and whose text is gone. */
  read: TokensReadSchema.optional(),
  features: z.int(),
  aliveFeatures: z.int(),
  l0: z.number(),
  fvu: z.number(),
  examples: z.int(),
  tokensPerSecond: z.number(),
  seconds: z.number(),
  /**
   * What the final norm multiplies by (1 / its divisor): the mean over tokens, and the values that 5 % of them lie below and above. Effects on
   * the logits are at the mean; null or left out: they are up to that factor.
   */
  outputScale: z.object({ mean: z.number(), low: z.number(), high: z.number(), tokens: z.int() }).nullable().optional(),
})
export type ExtractionSummary = z.infer<typeof ExtractionSummarySchema>

export const ExtractionSchema = z.object({
  id: IdSchema,
  saeId: IdSchema,
  saeName: z.string(),
  modelId: IdSchema.nullable(),
  modelName: z.string(),
  tokenizationId: IdSchema.nullable(),
  datasetName: z.string(),
  /** What the SAE was trained on, seen from the text that is read. */
  trainedOn: TrainedOnSchema,
  site: z.string(),
  dSae: z.int(),
  /** Of the model when it was read, and when the SAE was trained. */
  precision: PrecisionSchema,
  saePrecision: PrecisionSchema,
  status: z.enum(['running', 'ready', 'failed']),
  params: ExtractionParamsSchema,
  summary: ExtractionSummarySchema.nullable(),
  job: JobSchema.nullable(),
  createdAt: TimeSchema,
})
export type Extraction = z.infer<typeof ExtractionSchema>

export const ExtractionRunParamsSchema = z.object({
  extractionId: IdSchema,
  saeId: IdSchema,
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  tokenizationId: IdSchema,
  params: ExtractionParamsSchema,
})
export type ExtractionRunParams = z.infer<typeof ExtractionRunParamsSchema>

/** Searches the names of the SAE and the dataset. */
export const ExtractionListQuerySchema = listQuery(
  ['-createdAt', 'name', 'work'],
  { saeId: IdSchema.optional(), tokenizationId: IdSchema.optional(), ready: z.stringbool().optional() },
  ['sae', 'model', 'dataset'],
)
