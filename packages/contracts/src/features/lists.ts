// Feature lists: features of an SAE kept under a name, in the order of their numbers.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { VersionSchema } from '../common/version.js'

/** Features that one list holds, and that one change names. */
const MAX_LISTED = 200_000
const IndicesSchema = z.array(z.int().min(0)).min(1).max(MAX_LISTED)

export const FeatureListSchema = z.object({
  id: IdSchema,
  saeId: IdSchema,
  name: z.string(),
  /** How many features it holds. */
  size: z.int(),
  /** Of the name: what is added or taken out takes nothing away from anybody. */
  version: VersionSchema,
  createdAt: TimeSchema,
  updatedAt: TimeSchema,
})
export type FeatureList = z.infer<typeof FeatureListSchema>

export const CreateFeatureListSchema = z.strictObject({ name: NameSchema, indices: IndicesSchema })
export type CreateFeatureList = z.infer<typeof CreateFeatureListSchema>

/** Features that are in it already, or not in it, are passed over. */
export const UpdateFeatureListSchema = z.strictObject({
  name: NameSchema.optional(),
  add: IndicesSchema.optional(),
  remove: IndicesSchema.optional(),
})
export type UpdateFeatureList = z.infer<typeof UpdateFeatureListSchema>
