// Activation captures: a tokenization read through a model once, activations at some sites kept in files.
import { z } from 'zod'
import { IdSchema, TimeSchema } from '../common/envelope.js'
import { JobPrecisionSchema, PrecisionSchema } from '../common/precision.js'
import { line } from '../common/text.js'
import { DamageSchema } from '../files/stored.js'
import { JobSchema } from '../jobs/schemas.js'
import { listQuery } from '../lists/index.js'
import { SiteComparisonSchema } from './comparison.js'
import { CaptureDtypeSchema, CaptureFormatSchema } from './format.js'

export * from './comparison.js'
export * from './estimate.js'
export * from './format.js'
export * from './widths.js'

export const CaptureParamsSchema = z.strictObject({
  sites: z
    .array(line().min(1).max(200))
    .min(1)
    .max(64)
    .refine((sites) => new Set(sites).size === sites.length, 'Each site once.'),
  /** Tokens to read: rounded up to whole contexts, at most the split. */
  tokens: z.int().min(256).max(10_000_000).default(100_000),
  split: z.enum(['train', 'held_out']).default('train'),
  format: CaptureFormatSchema.default('safetensors'),
  /** float16 rounds every value to 11 significant bits; magnitudes above 65504 are refused. */
  dtype: CaptureDtypeSchema.default('float32'),
  /** Bytes of a shard file, about: whole contexts, one at least. */
  shardBytes: z
    .int()
    .min(2 ** 16)
    .max(2 ** 30)
    .default(2 ** 28),
})
export type CaptureParams = z.infer<typeof CaptureParamsSchema>

export const CreateCaptureSchema = z.strictObject({ tokenizationId: IdSchema, params: CaptureParamsSchema })
export type CreateCapture = z.infer<typeof CreateCaptureSchema>

export const CaptureSiteSchema = z.object({ name: z.string(), layer: z.int().nullable(), width: z.int() })
export type CaptureSite = z.infer<typeof CaptureSiteSchema>

const NormSchema = z.object({ mean: z.number(), tokens: z.int() })
/** Statistics of one site over the stored values. Norms are Euclidean; percentiles exact. */
export const SiteStatisticsSchema = z.object({
  site: z.string(),
  tokens: z.int(),
  width: z.int(),
  /** Over tokens × dimensions. */
  mean: z.number(),
  std: z.number(),
  /** m4 / m2² over tokens × dimensions; 3 for a normal distribution, null when nothing varies. */
  kurtosis: z.number().nullable(),
  norm: z.object({
    mean: z.number(),
    p5: z.number(),
    p50: z.number(),
    p95: z.number(),
    p99: z.number(),
    max: z.number(),
  }),
  /** Mean norm of tokens at position 0 of their context, and of all others. */
  firstPosition: NormSchema,
  otherPositions: NormSchema,
  /** Dimensions whose RMS exceeds 6 × the median RMS of the site's dimensions. */
  outliers: z.object({
    count: z.int(),
    medianRms: z.number(),
    /** Strongest first, ten at most, outlier or not. */
    top: z.array(
      z.object({
        dimension: z.int(),
        mean: z.number(),
        std: z.number(),
        rms: z.number(),
        ratio: z.number().nullable(),
      }),
    ),
  }),
})
export type SiteStatistics = z.infer<typeof SiteStatisticsSchema>

export const CaptureFileSchema = z.object({
  name: z.string().regex(/^[\w-]+\.(safetensors|npz|json)$/),
  bytes: z.number(),
  sha256: z.string(),
})
/** Work done in the last attempt and the seconds it took; null for a stage without work. */
const StageTimingSchema = z.object({ work: z.number(), seconds: z.number() }).nullable()
/** Units of work: tokens read and written, values measured, multiplications of comparisons. */
export const CaptureTimingSchema = z.object({
  capturing: StageTimingSchema,
  measuring: StageTimingSchema,
  comparing: StageTimingSchema,
})
export type CaptureTiming = z.infer<typeof CaptureTimingSchema>

export const CaptureSummarySchema = z.object({
  tokens: z.int(),
  contexts: z.int(),
  bytes: z.number(),
  /** Of the last attempt. */
  seconds: z.number(),
  /** Null for captures made before stages were timed. */
  timing: CaptureTimingSchema.nullable().default(null),
  files: z.array(CaptureFileSchema),
  statistics: z.array(SiteStatisticsSchema),
  /** Of all pairs of its sites, in captures made when these were compared unasked. */
  comparisons: z.array(SiteComparisonSchema),
})
export type CaptureSummary = z.infer<typeof CaptureSummarySchema>

export const CaptureSchema = z.object({
  id: IdSchema,
  modelId: IdSchema.nullable(),
  modelName: z.string(),
  /** Of the model when it was captured. */
  precision: PrecisionSchema,
  tokenizationId: IdSchema.nullable(),
  datasetName: z.string(),
  contextSize: z.int(),
  status: z.enum(['running', 'ready', 'failed']),
  params: CaptureParamsSchema,
  sites: z.array(CaptureSiteSchema),
  /** Tokens it holds when complete, and bytes about. */
  tokens: z.number(),
  estimatedBytes: z.number(),
  summary: CaptureSummarySchema.nullable(),
  /** Found by the check of stored data, or by a job that met it; null: none is known. */
  damage: DamageSchema.nullable(),
  job: JobSchema.nullable(),
  createdAt: TimeSchema,
})
export type Capture = z.infer<typeof CaptureSchema>

export const ActivationCaptureParamsSchema = z.object({
  captureId: IdSchema,
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  modelName: z.string(),
  tokenizationId: IdSchema,
  datasetName: z.string(),
  params: CaptureParamsSchema,
})
export type ActivationCaptureParams = z.infer<typeof ActivationCaptureParamsSchema>

/** Searches the names of the model and the dataset, and the sites. */
export const CaptureListQuerySchema = listQuery(
  ['-createdAt', 'tokens'],
  { modelId: IdSchema.optional(), tokenizationId: IdSchema.optional(), ready: z.stringbool().optional() },
  ['model', 'dataset'],
)
export const CaptureResultSchema = z.object({ tokens: z.number(), bytes: z.number() })
