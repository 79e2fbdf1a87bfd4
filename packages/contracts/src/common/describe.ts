// What people write about a thing of theirs: its name, notes and tags. One shape for every room that lets them.
import { z } from 'zod'
import { NameSchema } from './envelope.js'
import { block, line } from './text.js'
import { VersionSchema } from './version.js'

export const TAG_LENGTH = 40
export const MOST_TAGS = 20
export const NOTES_LENGTH = 2000

/** Commas separate tags where they are typed. */
export const TagSchema = line()
  .trim()
  .min(1)
  .max(TAG_LENGTH)
  .refine((tag) => !tag.includes(','), { error: 'A tag holds no comma.' })

/** Changes; what is left out stays. Tags are kept once each, in their order. */
export const DescribeSchema = z.strictObject({
  name: NameSchema.optional(),
  notes: block().trim().max(NOTES_LENGTH).optional(),
  tags: z
    .array(TagSchema)
    .max(MOST_TAGS)
    .transform((tags) => [...new Set(tags)])
    .optional(),
})
export type Describe = z.infer<typeof DescribeSchema>

/** Fields of what can be described. */
export const described = {
  name: z.string(),
  notes: z.string(),
  tags: z.array(z.string()),
  version: VersionSchema,
}
