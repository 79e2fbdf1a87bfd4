// A file of the data directory as a download: opened once, and what was opened is what is checked and sent. Links are not followed: the
// product makes none there.
import { constants, type ReadStream } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import path from 'node:path'

export interface StoredFile {
  readonly stream: ReadStream
  /** Bytes. */
  readonly size: number
}

/** Null when there is no such regular file in `folder` itself (a folder of the data directory). The stream closes the file. */
export async function openStoredFile(folder: string, name: string): Promise<StoredFile | null> {
  if (path.basename(name) !== name) return null
  const real = await realpath(folder).catch(() => null)
  // A folder that is a link leads somewhere else.
  if (real === null || path.basename(real) !== path.basename(folder)) return null
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(path.join(real, name), flags).catch(() => null)
  const found = await handle?.stat()
  if (handle && found?.isFile()) return { stream: handle.createReadStream({ autoClose: true }), size: found.size }
  await handle?.close()
  return null
}
