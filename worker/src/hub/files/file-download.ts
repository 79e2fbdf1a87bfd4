// One file onto the disk: parallel ranges into `<target>.partial`, finished ranges in `<target>.journal`, hash check, rename. A killed
// download goes on where it was; the file has its name only once its hash fits.
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { AppError, type HubHash } from '@mistudio/contracts'
import { translateSystemError } from '@mistudio/formats'
import type { HubAccess } from '../transport/http.js'
import type { Asked } from '../transport/refusals.js'
import { PassingError, withRetries } from '../transport/retry.js'
import { isFile } from './hash.js'
import { Journal } from './journal.js'
import { missing, type Piece, totalOf } from './pieces.js'
import { ContentChanged, RangeSource } from './range-source.js'

const CONNECTIONS = 4
const PIECE_BYTES = 8 * 2 ** 20
/** Times that a file is fetched anew because its content changed under way or its hash does not fit. */
const RESTARTS = 2

export interface RemoteFile {
  readonly url: string
  readonly bytes: number
  readonly hash: HubHash
  readonly asked: Asked & { readonly path: string }
}

export interface DownloadOptions {
  readonly access: HubAccess
  readonly signal: AbortSignal
  readonly connections?: number
  readonly pieceBytes?: number
  /** Bytes that came (or, negative, were thrown away), those of earlier attempts included. */
  readonly onBytes?: (bytes: number) => void
  readonly onWait?: (ms: number, why: PassingError) => void
  readonly onCheck?: () => void
}

export const partialOf = (target: string): string => `${target}.partial`
export const journalOf = (target: string): string => `${target}.journal`

/**
 * Brings a file to `target`.
 * @throws AppError `hub_*` or FormatError `disk_full`; the signal's reason when aborted. Partial files stay for the next attempt,
 * except after a hash that does not fit.
 */
export async function downloadFile(file: RemoteFile, target: string, options: DownloadOptions): Promise<void> {
  for (let restart = 0; ; restart++) {
    // Storage hosts disagree about ETags now and then; after one restart only the hash decides.
    const attempt = new Attempt(file, target, options, restart < RESTARTS)
    try {
      await attempt.fetch()
      options.onCheck?.()
      if (await isFile(partialOf(target), file, options.signal)) break
    } catch (error) {
      if (options.signal.aborted) throw options.signal.reason
      if (!(error instanceof ContentChanged)) return translateSystemError(error, target)
    }
    options.onBytes?.(-attempt.held)
    await discard(target)
    if (restart >= RESTARTS) throw damaged(file)
  }
  await rename(partialOf(target), target)
  await rm(journalOf(target), { force: true })
}

/** Removes what an unfinished download of `target` left. */
export async function discard(target: string): Promise<void> {
  await rm(partialOf(target), { force: true })
  await rm(journalOf(target), { force: true })
}

/** Bytes of `target` that an earlier attempt has on disk. */
export async function heldBytes(target: string, want: { bytes: number; hash: HubHash }): Promise<number> {
  const journal = await Journal.resume(journalOf(target), want)
  await journal?.close()
  return journal ? totalOf(journal.done) : 0
}

const damaged = ({ asked, hash }: RemoteFile): AppError =>
  new AppError(
    'hub_invalid',
    `${asked.path} of "${asked.repo}" arrived ${RESTARTS + 1} times with a content that does not fit the hub's ${hash.kind === 'sha256' ? 'SHA-256' : 'hash'}. Nothing of it is kept. Something on the way changes it (a proxy, the mirror), or the repository is damaged.`,
    { file: asked.path, expected: hash.hex },
  )

/** One try at fetching all bytes of a file. */
class Attempt {
  /** Bytes of the file on disk, those of earlier attempts included. */
  held = 0
  #etag: string | null = null

  constructor(
    private readonly file: RemoteFile,
    private readonly target: string,
    private readonly options: DownloadOptions,
    private readonly compareEtags: boolean,
  ) {}

  async fetch(): Promise<void> {
    const stop = new AbortController()
    const signal = AbortSignal.any([this.options.signal, stop.signal])
    const source = new RangeSource(this.options.access, this.file, signal)
    const { etag, ranges } =
      this.file.bytes > 0 ? await this.#patiently(signal, () => source.locate()) : { etag: null, ranges: false }
    if (!ranges) return this.#whole(source, signal)
    const journal = await this.#journal(etag)
    const handle = await openPartial(partialOf(this.target))
    try {
      await handle.truncate(this.file.bytes)
      this.#etag = this.compareEtags ? etag : null
      const queue = missing(journal.done, this.file.bytes, this.options.pieceBytes ?? PIECE_BYTES)
      const lanes = Array.from(
        { length: Math.min(this.options.connections ?? CONNECTIONS, queue.length) },
        async () => {
          for (let piece = queue.shift(); piece; piece = queue.shift())
            await this.#piece(piece, { source, handle, journal, signal })
        },
      )
      await allOrFirstFailure(lanes, stop)
    } finally {
      await handle.close()
      await journal.close()
    }
  }

  /** The journal of an earlier attempt at the same content, or a new one. */
  async #journal(etag: string | null): Promise<Journal> {
    const { bytes, hash } = this.file
    const held = await Journal.resume(journalOf(this.target), { bytes, hash })
    const same = held !== null && (!this.compareEtags || held.etag === etag)
    const partial = same ? await open(partialOf(this.target), 'r+').catch(() => null) : null
    await partial?.close()
    if (held && partial) {
      this.#count(totalOf(held.done))
      return held
    }
    await held?.close()
    await discard(this.target)
    return Journal.create(journalOf(this.target), { bytes, hash, etag })
  }

  /** Fetches one range; after a break it goes on behind the last byte that came. */
  async #piece(
    piece: Piece,
    into: { source: RangeSource; handle: FileHandle; journal: Journal; signal: AbortSignal },
  ): Promise<void> {
    const { source, handle, journal, signal } = into
    const { access } = this.options
    let at = piece.start
    await this.#patiently(signal, async () => {
      const from = at
      if (from === piece.end) return
      try {
        for await (const bytes of source.read({ start: at, end: piece.end }, this.#etag)) {
          if (at + bytes.byteLength > piece.end)
            throw new PassingError('hub_unreachable', 'More bytes came than were asked for.')
          await writeAt(handle, bytes, at)
          at += bytes.byteLength
          this.#count(bytes.byteLength)
        }
        if (at < piece.end) throw new PassingError('hub_unreachable', 'The connection ended early.')
      } catch (error) {
        source.forget()
        // A trickle is no advance: it would be tried again for ever.
        const advanced = at - from >= Math.min(access.timing.paceBytes, piece.end - from)
        throw error instanceof PassingError && advanced
          ? new PassingError(error.code, error.message, { ...error.about, advanced: true })
          : error
      } finally {
        if (at > from) {
          await handle.datasync()
          await journal.add({ start: from, end: at })
        }
      }
    })
  }

  /** For servers without ranges: one stream, from the beginning each time. */
  async #whole(source: RangeSource, signal: AbortSignal): Promise<void> {
    await discard(this.target)
    const handle = await openPartial(partialOf(this.target))
    try {
      await this.#patiently(signal, async () => {
        this.#count(-this.held)
        if (this.file.bytes === 0) return
        for await (const bytes of source.readAll()) {
          if (this.held + bytes.byteLength > this.file.bytes)
            throw new PassingError('hub_unreachable', 'More bytes came than the file has.')
          await writeAt(handle, bytes, this.held)
          this.#count(bytes.byteLength)
        }
        if (this.held < this.file.bytes) throw new PassingError('hub_unreachable', 'The connection ended early.')
      })
      await handle.datasync()
    } finally {
      await handle.close()
    }
  }

  #count(bytes: number): void {
    this.held += bytes
    if (bytes !== 0) this.options.onBytes?.(bytes)
  }

  #patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { access, onWait } = this.options
    return withRetries({ timing: access.timing, signal, ...(onWait ? { onWait } : {}) }, work)
  }
}

/** Waits for all; the first failure stops the others, and is thrown only when none of them writes any more. */
async function allOrFirstFailure(lanes: readonly Promise<void>[], stop: AbortController): Promise<void> {
  let failure: { error: unknown } | null = null
  await Promise.all(
    lanes.map((lane) =>
      lane.catch((error: unknown) => {
        failure ??= { error }
        stop.abort(error)
      }),
    ),
  )
  if (failure) throw (failure as { error: unknown }).error
}

const openPartial = async (path: string): Promise<FileHandle> => open(path, 'r+').catch(() => open(path, 'wx+'))

async function writeAt(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let done = 0
  while (done < bytes.byteLength)
    done += (await handle.write(bytes, done, bytes.byteLength - done, at + done)).bytesWritten
}
