// Versions of what several people may edit: a row says which it is, an edit says in `If-Match` which one its editor saw.
import { z } from 'zod'

/** Changes with the text that can be edited and with nothing else. */
export const VersionSchema = z.string().min(1).max(64)

/** Details of `edited_meanwhile`: what the row says now. */
export const EditedMeanwhileSchema = z.object({ current: z.looseObject({ version: VersionSchema }) })
