// A ZIP archive of files on disk, stored without compression (weights do not shrink), written as a stream.
import { stat } from 'node:fs/promises'
import { FormatError } from '../errors.js'
import type { WrittenFile } from './atomic.js'
import { openStream } from './open.js'
import { MAX_ZIP_BYTES, writeStoredZip } from './stored-zip.js'

export interface ZipMember {
  /** Name inside the archive, with `/` between folders. */
  readonly name: string
  /** File on disk. */
  readonly path: string
}

/**
 * Writes `members` as the whole of `path`, atomically. `onBytes` is told what went in.
 * @throws FormatError `archive_too_large` from 4 GiB on, `disk_full`; whatever `onBytes` throws.
 */
export async function writeZip(
  path: string,
  members: readonly ZipMember[],
  onBytes: (bytes: number) => void = () => undefined,
): Promise<WrittenFile> {
  await requireSize(path, members)
  return writeStoredZip(
    path,
    members.map((member) => ({ name: member.name, pieces: () => piecesOf(member, onBytes) })),
  )
}

/** `onBytes` hears of a piece once it was taken in. */
async function* piecesOf({ path }: ZipMember, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of (await openStream(path, { highWaterMark: 2 ** 22 })) as AsyncIterable<Buffer>) {
    yield chunk
    onBytes(chunk.byteLength)
  }
}

async function requireSize(file: string, members: readonly ZipMember[]): Promise<void> {
  const sizes = await Promise.all(
    members.map(async ({ path, name }) => (await stat(path)).size + 2 * name.length + 200),
  )
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total <= MAX_ZIP_BYTES) return
  throw new FormatError('archive_too_large', `The files have ${total} bytes, an archive here holds less than 4 GiB`, {
    file,
    hint: 'Download the files one by one.',
  })
}
