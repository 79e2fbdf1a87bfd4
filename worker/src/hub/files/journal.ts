// Which ranges of a partial file are on disk for sure. Text, one line per finished range, appended after the data was synced; a torn
// last line is ignored, so a crash at any moment loses at most the range that was being written.
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import type { HubHash } from '@mistudio/contracts'
import { systemCode } from '@mistudio/formats'
import { z } from 'zod'
import { merged, type Piece } from './pieces.js'

const HeaderSchema = z.object({ bytes: z.int(), hash: z.string(), etag: z.string().nullable() })

/** What the partial file is of; ranges of anything else must not be mixed in. */
export interface JournalHeader {
  readonly bytes: number
  readonly hash: HubHash
  /** Of the answer that the first range came from; null when the server gave none. */
  readonly etag: string | null
}

export class Journal {
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly handle: FileHandle,
    readonly etag: string | null,
    readonly done: readonly Piece[],
  ) {}

  /** Ranges of an earlier attempt at the same content; null when there are none. */
  static async resume(path: string, wanted: Pick<JournalHeader, 'bytes' | 'hash'>): Promise<Journal | null> {
    const found = parse(await readText(path), wanted)
    if (!found) return null
    const handle = await open(path, 'r+')
    // What follows the last whole line is cut off, so that the next line does not join it.
    await handle.truncate(found.length)
    return new Journal(handle, found.etag, found.done)
  }

  /** A new journal; an older one is replaced. */
  static async create(path: string, { bytes, hash, etag }: JournalHeader): Promise<Journal> {
    await rm(path, { force: true })
    const handle = await open(path, 'wx')
    await handle.appendFile(`${JSON.stringify({ bytes, hash: hash.hex, etag })}\n`)
    await handle.datasync()
    return new Journal(handle, etag, [])
  }

  /** Records a range whose bytes are synced already. */
  add({ start, end }: Piece): Promise<void> {
    const write = this.#writing.then(async () => {
      const { size } = await this.handle.stat()
      await this.handle.write(`${start} ${end}\n`, size)
      await this.handle.datasync()
    })
    this.#writing = write.catch(() => undefined)
    return write
  }

  async close(): Promise<void> {
    await this.#writing
    await this.handle.close()
  }
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'latin1').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return ''
    throw error
  })
}

function parse(text: string, wanted: Pick<JournalHeader, 'bytes' | 'hash'>) {
  const length = text.lastIndexOf('\n') + 1
  const [first = '', ...lines] = text.slice(0, length).split('\n')
  const header = HeaderSchema.safeParse(jsonOrNull(first))
  if (!header.success || header.data.bytes !== wanted.bytes || header.data.hash !== wanted.hash.hex) return null
  const pieces = lines.filter(Boolean).map((line) => {
    const match = /^(\d{1,15}) (\d{1,15})$/.exec(line)
    return match ? { start: Number(match[1]), end: Number(match[2]) } : null
  })
  // A journal that was touched by somebody else proves nothing.
  if (pieces.some((piece) => piece === null || piece.start >= piece.end || piece.end > wanted.bytes)) return null
  return { length, etag: header.data.etag, done: merged(pieces.filter((piece) => piece !== null)) }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
