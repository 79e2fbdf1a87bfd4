// Templates: settings of trainings kept under a name, and the file in which they travel between installations.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { block } from '../common/text.js'
import { VersionSchema } from '../common/version.js'
import { listQuery } from '../lists/index.js'
import { TrainingParamsSchema } from '../trainings/params.js'

export const CreateTemplateSchema = z.strictObject({
  name: NameSchema,
  description: block().max(2000).default(''),
  /** Complete settings; the site is a suggestion where another model is chosen. */
  params: TrainingParamsSchema,
})
export type CreateTemplate = z.infer<typeof CreateTemplateSchema>

export const UpdateTemplateSchema = z.strictObject({
  name: NameSchema.optional(),
  description: block().max(2000).optional(),
  params: TrainingParamsSchema.optional(),
})
export type UpdateTemplate = z.infer<typeof UpdateTemplateSchema>

export const TemplateSchema = z.object({
  id: IdSchema,
  name: z.string(),
  description: z.string(),
  params: TrainingParamsSchema,
  version: VersionSchema,
  createdAt: TimeSchema,
  updatedAt: TimeSchema,
})
export type Template = z.infer<typeof TemplateSchema>

export const TEMPLATE_FORMAT = 'mistudio-training-templates'

/** The file of an export; an import takes the same. */
export const TemplateFileSchema = z.object({
  format: z.literal(TEMPLATE_FORMAT),
  version: z.literal(1),
  templates: z.array(CreateTemplateSchema).min(1).max(1000),
})
export type TemplateFile = z.infer<typeof TemplateFileSchema>

/** Searches the name and the description. A template has no job, so `state` finds none. */
export const TemplateListQuerySchema = listQuery(['name', 'createdAt', 'updatedAt'], {})
