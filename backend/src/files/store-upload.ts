// Streams one uploaded body to disk: counted, hashed, synced, then renamed. Whatever goes wrong, nothing stays behind.
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError, troubleOf } from '@mistudio/contracts'

const MAX_NAME_BYTES = 120

/** A name that is one plain path part: letters, digits and `._-`, with the ending kept because it tells the format. */
export function safeName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? ''
  const plain = base
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._]+/, '')
  return plain.slice(-MAX_NAME_BYTES) || 'upload'
}

/** Counts and hashes what passes; refuses to let more than `limit` bytes through. */
class Meter extends Transform {
  readonly hash = createHash('sha256')
  size = 0

  constructor(private readonly limit: number) {
    super()
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: Error | null, data?: Buffer) => void): void {
    this.size += chunk.length
    this.hash.update(chunk)
    if (this.size > this.limit) done(tooLarge(this.limit))
    else done(null, chunk)
  }
}

export const tooLarge = (limit: number): AppError =>
  new AppError(
    'payload_too_large',
    `The file is larger than the ${(limit / 2 ** 30).toFixed(1)} GiB this server accepts.`,
    {
      limit,
    },
  )

/** Writes `body` to `<folder>/<name>`. Returns its size in bytes and sha256 (hex). */
export async function storeUpload(
  body: Readable,
  folder: string,
  name: string,
  limit: number,
): Promise<{ size: number; sha256: string }> {
  const meter = new Meter(limit)
  const target = path.join(folder, name)
  try {
    await mkdir(folder, { recursive: true })
    await pipeline(body, meter, createWriteStream(`${target}.part`, { flags: 'wx' }))
    await syncFile(`${target}.part`)
    await rename(`${target}.part`, target)
    return { size: meter.size, sha256: meter.hash.digest('hex') }
  } catch (cause) {
    await rm(folder, { recursive: true, force: true })
    throw asUploadError(cause)
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What a full disk and a broken connection mean to the user; anything else unchanged. */
export function asUploadError(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (troubleOf(cause) === 'full') {
    return new AppError(
      'disk_full',
      'The disk of the data folder is full. Free some space and upload again.',
      undefined,
      { cause },
    )
  }
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') {
    return new AppError('bad_request', 'The upload was broken off before its end.', undefined, {
      cause,
    })
  }
  return cause
}
