// Settings that a user may change at run time.
import { z } from 'zod'
import { line } from '../common/text.js'
import { VersionSchema } from '../common/version.js'

export const SettingsValuesSchema = z.object({
  /** Folders from which files and models may be read. Paths given by users must resolve inside one of them. */
  importRoots: z.array(line().min(1)).max(32),
  /** Whether the first-run page was dismissed. */
  firstRunDone: z.boolean(),
})
/** Keys under which import folders are stored, the first that there is counts: as set by a user, and as the backend was started with. */
export const IMPORT_ROOT_KEYS = ['importRoots', 'startImportRoots']
export const StoredRootsSchema = z.array(z.string())
export type SettingsValues = z.infer<typeof SettingsValuesSchema>
export const SettingsSchema = SettingsValuesSchema.extend({ version: VersionSchema })
export type Settings = z.infer<typeof SettingsSchema>
export const UpdateSettingsSchema = SettingsValuesSchema.partial().strict()
