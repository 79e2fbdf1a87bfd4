// Removal of files after their rows are gone.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'

/** Rooms that keep a folder per id in the data directory. */
export const FILE_ROOMS = [
  'models',
  'datasets',
  'tokenizations',
  'trainings',
  'saes',
  'extractions',
  'captures',
  'uploads',
  'sae-sources',
  'sae-exports',
] as const
/** Removal of files after their rows are gone. */
export const FilesRemoveParamsSchema = z.object({
  targets: z.array(
    z.object({
      room: z.enum(FILE_ROOMS),
      id: IdSchema,
      /** Only this checkpoint of a training. */
      checkpoint: z.int().min(1).optional(),
    }),
  ),
})
export const FilesRemovedSchema = z.object({ removed: z.int() })
