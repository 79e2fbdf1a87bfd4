// Where things lie in the data directory. Paths are built from ids only.
import { join, sep } from 'node:path'
import { FILE_ROOMS, type FilesRemoveParamsSchema } from '@mistudio/contracts'
import { z } from 'zod'

/** A room that keeps a folder per id. */
export type Room = z.infer<typeof FilesRemoveParamsSchema>['targets'][number]['room']

/** The thing that a path of the data directory belongs to, and the path below its folder; null for any other path. */
export function storedAt(path: string): { readonly room: string; readonly id: string; readonly file: string } | null {
  const parts = path.split(sep)
  const at = parts.findLastIndex(
    (part, i) => z.uuid().safeParse(part).success && FILE_ROOMS.some((room) => room === parts[i - 1]),
  )
  if (at < 1) return null
  return { room: parts[at - 1]!, id: parts[at]!, file: parts.slice(at + 1).join('/') || 'its folder' }
}

/** Folder of one thing; `id` must have been parsed as a UUID. */
export const folderOf = (dataDir: string, room: Room, id: string): string => join(dataDir, room, id)
