// Settings that a user may change at run time.
import { z } from 'zod'

export const SettingsSchema = z.object({
  /** Folders from which files and models may be read. Paths given by users must resolve inside one of them. */
  importRoots: z.array(z.string().min(1)).max(32),
  /** Whether the first-run page was dismissed. */
  firstRunDone: z.boolean(),
})
export type Settings = z.infer<typeof SettingsSchema>
export const UpdateSettingsSchema = SettingsSchema.partial().strict()
