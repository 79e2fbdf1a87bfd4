// A ZIP archive of files on disk, stored without compression (weights do not shrink), written as a stream. The same files give the same
// bytes: no clock goes in.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Zip, ZipPassThrough } from 'fflate'
import { FormatError } from '../errors.js'
import { AtomicFile, type WrittenFile } from './atomic.js'

export interface ZipMember {
  /** Name inside the archive, with `/` between folders. */
  readonly name: string
  /** File on disk. */
  readonly path: string
}

/** ZIP without its 64-bit extension ends here. */
const MAX_BYTES = 2 ** 32 - 1
/** The earliest time a ZIP can hold, in local time as the format has it. */
const EPOCH = new Date(1980, 0, 1)

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
  const file = await AtomicFile.open(path)
  try {
    const ready: Uint8Array[] = []
    const zip = new Zip((error, chunk) => {
      if (error) throw error
      ready.push(chunk)
    })
    const drain = async () => {
      for (const chunk of ready.splice(0)) await file.write(chunk)
    }
    for (const member of members) {
      const entry = new ZipPassThrough(member.name)
      entry.mtime = EPOCH
      zip.add(entry)
      for await (const chunk of createReadStream(member.path, { highWaterMark: 2 ** 22 }) as AsyncIterable<Buffer>) {
        entry.push(chunk)
        await drain()
        onBytes(chunk.byteLength)
      }
      entry.push(new Uint8Array(0), true)
      await drain()
    }
    zip.end()
    await drain()
    return await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
}

async function requireSize(file: string, members: readonly ZipMember[]): Promise<void> {
  const sizes = await Promise.all(
    members.map(async ({ path, name }) => (await stat(path)).size + 2 * name.length + 200),
  )
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total <= MAX_BYTES) return
  throw new FormatError('archive_too_large', `The files have ${total} bytes, an archive here holds less than 4 GiB`, {
    file,
    hint: 'Download the files one by one.',
  })
}
