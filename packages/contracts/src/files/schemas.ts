// Browsing of import roots and uploads from the browser.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'
import { line } from '../common/text.js'

export const FileEntrySchema = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file']),
  size: z.number().nullable(),
  /** A folder that holds a config.json is offered as a model, one with the weights of an SAE as an SAE. */
  looksLike: z.enum(['model', 'sae', 'dataset']).nullable(),
})
export type FileEntry = z.infer<typeof FileEntrySchema>
/** Without a path: the import roots themselves. */
export const BrowseQuerySchema = z.object({ path: line().max(4096).optional() })
export const BrowseSchema = z.object({
  path: z.string().nullable(),
  parent: z.string().nullable(),
  entries: z.array(FileEntrySchema),
})
export type Browse = z.infer<typeof BrowseSchema>

export const UploadQuerySchema = z.object({ name: line().min(1).max(255) })
/** A complete file of a dataset, kept until an import takes it or a day has passed. */
export const UploadSchema = z.object({ id: IdSchema, name: z.string(), size: z.number(), sha256: z.string() })
export type Upload = z.infer<typeof UploadSchema>

export * from './folders.js'
export * from './removal.js'
export * from './stored.js'
