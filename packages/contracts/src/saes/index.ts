// Trained SAEs in SAELens layout.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { PrecisionSchema } from '../common/precision.js'
import { TrainingSummarySchema } from '../trainings/index.js'

export const SaeSchema = z.object({
  id: IdSchema,
  name: z.string(),
  modelId: IdSchema.nullable(),
  modelName: z.string(),
  /** Of the model when the SAE was trained, and as it is loaded now (null: deleted). */
  precision: PrecisionSchema,
  modelPrecision: PrecisionSchema.nullable(),
  trainingId: IdSchema.nullable(),
  site: z.string(),
  architecture: z.string(),
  dIn: z.int(),
  dSae: z.int(),
  k: z.int().nullable(),
  contextSize: z.int(),
  summary: TrainingSummarySchema.nullable(),
  bytes: z.number(),
  extractions: z.int(),
  createdAt: TimeSchema,
})
export type Sae = z.infer<typeof SaeSchema>
export const UpdateSaeSchema = z.strictObject({ name: NameSchema })
export const SaeFileSchema = z.enum(['cfg.json', 'sae_weights.safetensors'])
