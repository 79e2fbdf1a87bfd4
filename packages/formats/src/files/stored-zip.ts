// ZIP archives without compression, written member by member. The same members give the same bytes: no clock goes in.
import { Zip, ZipPassThrough } from 'fflate'
import { AtomicFile, type AtomicOptions, type WrittenFile } from './atomic.js'

/** ZIP without its 64-bit extension ends here. */
export const MAX_ZIP_BYTES = 2 ** 32 - 1
/** The earliest time a ZIP can hold, in local time as the format has it. */
const EPOCH = new Date(1980, 0, 1)

export interface StoredMember {
  /** Name inside the archive, with `/` between folders. */
  readonly name: string
  /** Its bytes, piece by piece; asked for when it is its turn. */
  pieces(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/**
 * Writes `members` as the whole of `path`, atomically; together they are smaller than MAX_ZIP_BYTES.
 * @throws FormatError `disk_full`; whatever the pieces throw.
 */
export async function writeStoredZip(
  path: string,
  members: readonly StoredMember[],
  options: AtomicOptions = {},
): Promise<WrittenFile> {
  const file = await AtomicFile.open(path, options)
  try {
    const ready: Uint8Array[] = []
    const zip = new Zip((error, chunk) => {
      if (error) throw error
      ready.push(chunk)
    })
    const drain = async () => {
      for (const chunk of ready.splice(0)) await file.write(chunk)
    }
    for (const { name, pieces } of members) {
      const entry = new ZipPassThrough(name)
      entry.mtime = EPOCH
      zip.add(entry)
      for await (const piece of pieces()) {
        entry.push(piece)
        await drain()
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
