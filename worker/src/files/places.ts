// Where things lie in the data directory. Paths are built from ids only.
import { join } from 'node:path'
import type { FilesRemoveParamsSchema } from '@mistudio/contracts'
import type { z } from 'zod'

/** A room that keeps a folder per id. */
export type Room = z.infer<typeof FilesRemoveParamsSchema>['targets'][number]['room']

/** Folder of one thing; `id` must have been parsed as a UUID. */
export const folderOf = (dataDir: string, room: Room, id: string): string => join(dataDir, room, id)
