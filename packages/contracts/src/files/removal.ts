// Removal of files after their rows are gone.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'
import { fileRooms } from './names.js'

/** Removal of files after their rows are gone. */
export const FilesRemoveParamsSchema = z.object({
  targets: z.array(
    z.object({
      room: fileRooms.schema,
      id: IdSchema,
      /** Only this checkpoint of a training. */
      checkpoint: z.int().min(1).optional(),
    }),
  ),
})
export const FilesRemovedSchema = z.object({ removed: z.int() })
