// Writing files so that a reader sees the whole file or none: temporary name, fsync, rename, fsync of the folder.
import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { systemCode, translateSystemError } from '../errors.js'

/** What was written, as a manifest records it. */
export interface WrittenFile {
  readonly bytes: number
  /** SHA-256 in hex. */
  readonly sha256: string
}

/** Moments at which a test may kill the writer. */
export type AtomicStep = 'opened' | 'written' | 'synced' | 'renamed' | 'folder-synced'

export interface AtomicOptions {
  /** Called after each step; a throw there ends the write as a crash would. */
  readonly onStep?: (step: AtomicStep) => void
}

const TEMPORARY = /^\..+\.[0-9a-f]{12}\.tmp$/

/** Bytes collected before a system call. */
const BUFFER_BYTES = 2 ** 20

/**
 * A file being written under a temporary name beside its target. `write` as often as needed, then `commit`, or `abort`.
 * Errors: `disk_full`, and system errors as they are.
 */
export class AtomicFile {
  readonly #hash = createHash('sha256')
  #buffer = new Uint8Array(BUFFER_BYTES)
  #buffered = 0
  #bytes = 0

  private constructor(
    readonly path: string,
    private readonly temporary: string,
    private readonly handle: FileHandle,
    private readonly options: AtomicOptions,
  ) {}

  /** Creates the temporary file; the folder must exist. */
  static async open(path: string, options: AtomicOptions = {}): Promise<AtomicFile> {
    const temporary = temporaryName(path)
    const handle = await open(temporary, 'wx', 0o644).catch((error: unknown) => translateSystemError(error, path))
    const file = new AtomicFile(path, temporary, handle, options)
    try {
      options.onStep?.('opened')
    } catch (error) {
      await file.abort()
      throw error
    }
    return file
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Appends `data` (copied at once; the caller may reuse it). */
  async write(data: Uint8Array): Promise<void> {
    this.#bytes += data.byteLength
    if (this.#buffered + data.byteLength > BUFFER_BYTES) await this.#flush()
    if (data.byteLength > BUFFER_BYTES) return this.#writeOut(data)
    this.#buffer.set(data, this.#buffered)
    this.#buffered += data.byteLength
  }

  /** Makes the file durable under its name and returns its length and hash. */
  async commit(): Promise<WrittenFile> {
    try {
      await this.#flush()
      this.options.onStep?.('written')
      await this.handle.sync()
      this.options.onStep?.('synced')
      await this.handle.close()
      await rename(this.temporary, this.path)
      this.options.onStep?.('renamed')
      await syncFolder(dirname(this.path))
      this.options.onStep?.('folder-synced')
    } catch (error) {
      return translateSystemError(error, this.path)
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  /** Removes the temporary file. Safe to call after a failed `commit`. */
  async abort(): Promise<void> {
    await this.handle.close().catch(() => undefined)
    await rm(this.temporary, { force: true })
  }

  async #flush(): Promise<void> {
    const filled = this.#buffer.subarray(0, this.#buffered)
    this.#buffered = 0
    await this.#writeOut(filled)
  }

  async #writeOut(data: Uint8Array): Promise<void> {
    this.#hash.update(data)
    try {
      let done = 0
      while (done < data.byteLength) done += (await this.handle.write(data, done)).bytesWritten
    } catch (error) {
      translateSystemError(error, this.path)
    }
  }
}

/** Writes `data` as the whole of `path`, atomically and durably. */
export async function writeFileAtomic(
  path: string,
  data: Uint8Array | string,
  options: AtomicOptions = {},
): Promise<WrittenFile> {
  const file = await AtomicFile.open(path, options)
  try {
    await file.write(typeof data === 'string' ? new TextEncoder().encode(data) : data)
    return await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
}

/** Makes renames and removals inside `folder` durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A fresh hidden name beside `path`, for something that will be renamed to it. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
}

/** Removes what killed writers of `path` left beside it. Call it only while nobody else writes `path`. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  })
  const left = names.filter((name) => TEMPORARY.test(name) && name.startsWith(`.${basename(path)}.`))
  for (const name of left) await rm(join(folder, name), { recursive: true, force: true })
}

/**
 * Builds a folder under a temporary name with `build`, then renames it to `path`, so that `path` is complete or absent.
 * Whatever was at `path` or left by killed writers is replaced. When `build` throws, nothing stays.
 */
export async function writeFolderAtomic<T>(path: string, build: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  await removeLeftovers(path)
  const temporary = temporaryName(path)
  try {
    await mkdir(temporary)
    const result = await build(temporary)
    await syncFolder(temporary)
    await rm(path, { recursive: true, force: true })
    await rename(temporary, path)
    await syncFolder(dirname(path))
    return result
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    return translateSystemError(error, path)
  }
}
