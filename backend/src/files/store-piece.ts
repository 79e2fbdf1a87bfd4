// Writes one piece of a file behind what is there already, counted and hashed. What arrived before a break is kept: it is where to go on.
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { AppError } from '@mistudio/contracts'
import { chunksOf } from './body-chunks.js'
import { asUploadError } from './upload-errors.js'

export interface StoredPiece {
  /** Bytes that lie safely on disk now. */
  readonly written: number
  /** What ended the piece early: the connection, or the disk. */
  readonly failure: unknown
}

/**
 * Writes at most `length` bytes (`excess`: what more than that means) of `body` into the existing file at `offset`, cutting off what lies behind it. Each byte written goes through
 * `hash`. Resolves when the bytes are on the disk, also after a break; rejects only when the file cannot be opened or synced.
 */
export async function storePiece(
  body: Readable,
  file: string,
  { offset, length, excess }: { offset: number; length: number; excess?: AppError },
  hash: Hash,
): Promise<StoredPiece> {
  const handle = await open(file, 'r+')
  let written = 0
  let failure: unknown
  try {
    if ((await handle.stat()).size > offset) await handle.truncate(offset)
    try {
      for await (const chunk of chunksOf(body)) {
        if (written + chunk.length > length)
          throw (
            excess ??
            new AppError('bad_request', `The piece has more than the ${length} bytes that Content-Range names.`)
          )
        await writeAll(handle, chunk, offset + written)
        hash.update(chunk)
        written += chunk.length
      }
    } catch (cause) {
      failure = asUploadError(cause)
    }
    if (written > 0) await handle.datasync()
  } finally {
    await handle.close()
  }
  return { written, failure }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}

/** SHA-256 so far of files that are being written. Lost with the process; then the bytes on disk are read again. */
export class RunningHashes {
  private readonly hashes = new Map<string, { hash: Hash; offset: number }>()

  /** The hash of the first `offset` bytes of `file`. */
  async take(key: string, file: string, offset: number): Promise<Hash> {
    const known = this.hashes.get(key)
    this.hashes.delete(key)
    return known?.offset === offset ? known.hash : hashOf(file, offset)
  }

  keep(key: string, hash: Hash, offset: number): void {
    this.hashes.set(key, { hash, offset })
    const oldest = this.hashes.keys().next().value
    if (this.hashes.size > MAX_RUNNING && oldest !== undefined) this.hashes.delete(oldest)
  }
}

const MAX_RUNNING = 256

async function hashOf(file: string, bytes: number): Promise<Hash> {
  const hash = createHash('sha256')
  if (bytes === 0) return hash
  for await (const chunk of createReadStream(file, { end: bytes - 1 })) hash.update(chunk as Buffer)
  return hash
}
