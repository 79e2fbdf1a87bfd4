// Sparse autoencoders of the product: trained here or imported, kept in SAELens layout.

import { z } from 'zod'
import { described } from '../common/describe.js'
import { IdSchema, TimeSchema } from '../common/envelope.js'
import { PrecisionSchema } from '../common/precision.js'
import { DamageSchema } from '../files/stored.js'
import { JobSchema } from '../jobs/schemas.js'
import { listQuery } from '../lists/index.js'
import { TrainingSummarySchema } from '../trainings/schemas.js'
import { SaeCheckSchema } from './check.js'
import { SaeDeclaredSchema, SaeOriginSchema } from './import.js'
import { SaeLayoutSchema } from './layouts.js'

export * from './check.js'
export * from './export.js'
export * from './import.js'
export * from './layouts.js'

export const SaeSchema = z.object({
  id: IdSchema,
  ...described,
  status: z.enum(['importing', 'ready', 'failed']),
  modelId: IdSchema.nullable(),
  modelName: z.string(),
  /** Of the model when the SAE was trained or imported, and as it is loaded now (null: deleted). */
  precision: PrecisionSchema,
  modelPrecision: PrecisionSchema.nullable(),
  trainingId: IdSchema.nullable(),
  site: z.string(),
  /** What a transcoder reconstructs; null: `site`, or not stored (transcoders trained here say it in their cfg.json). */
  siteOut: z.string().nullable(),
  /** Empty while an import has not looked at the weights yet. */
  /** All sites of a crosscoder, side by side in d_in; else the one. */
  sites: z.array(z.string()).min(1),
  architecture: z.string(),
  dIn: z.int(),
  dSae: z.int(),
  k: z.int().nullable(),
  /** What it was trained on; null where its files do not say. */
  contextSize: z.int().nullable(),
  summary: TrainingSummarySchema.nullable(),
  bytes: z.number(),
  /** Null for SAEs trained here. */
  origin: SaeOriginSchema.nullable(),
  layout: SaeLayoutSchema.nullable(),
  declared: SaeDeclaredSchema.nullable(),
  /** The newest self-check; null until there was one. */
  check: SaeCheckSchema.nullable(),
  /** Found by the check of stored data, or by a job that met it; null: none is known. */
  damage: DamageSchema.nullable(),
  /** The newest of its jobs: import, self-check, export or upload. */
  job: JobSchema.nullable(),
  extractions: z.int(),
  createdAt: TimeSchema,
})
export type Sae = z.infer<typeof SaeSchema>
export const SaeFileSchema = z.enum(['cfg.json', 'sae_weights.safetensors', 'sparsity.safetensors'])

/** Searches the name, the model, the site and the architecture. */
export const SaeListQuerySchema = listQuery(
  ['-createdAt', 'name', 'dSae', 'bytes', 'extractions'],
  { modelId: IdSchema.optional(), trainingId: IdSchema.optional(), ready: z.stringbool().optional() },
  ['architecture', 'model', 'site', 'origin', 'tag'],
)
