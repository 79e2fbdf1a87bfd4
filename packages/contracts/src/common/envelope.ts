// Success envelope `{data, meta}` and the pieces every room uses: ids, times, pages.
import { z } from 'zod'
import { line } from './text.js'

export const IdSchema = z.uuid()
export const TimeSchema = z.iso.datetime()
export const NameSchema = line().trim().min(1).max(120)

/** Values that rows have, by the name of the filter for them, the most frequent first. */
export const FacetsSchema = z.record(z.string(), z.array(z.object({ value: z.string(), count: z.int() })))
export type Facets = z.infer<typeof FacetsSchema>

export const PageMetaSchema = z.object({
  total: z.int(),
  offset: z.int(),
  limit: z.int(),
  facets: FacetsSchema.optional(),
})
export type PageMeta = z.infer<typeof PageMetaSchema>

export const PageQuerySchema = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})
export type PageQuery = z.infer<typeof PageQuerySchema>

/** `{data}` of one thing. */
export const envelope = <T extends z.ZodType>(data: T) =>
  z.object({ data, meta: z.record(z.string(), z.unknown()).optional() })
/** `{data, meta: {total, offset, limit}}` of a page of things. */
export const pageEnvelope = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), meta: PageMetaSchema })
