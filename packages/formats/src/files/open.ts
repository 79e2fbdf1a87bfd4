// Opening of files for reading: regular files only, inside the roots of the work at hand (roots.ts), short reads completed, truncation noticed.
import { constants, type ReadStream } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { FormatError, translateSystemError } from '../errors.js'
import { descriptorPath, requireNamedInside, requireOpenedInside } from './roots.js'

export interface OpenFile {
  readonly handle: FileHandle
  /** Bytes. */
  readonly size: number
  readonly mtimeMs: number
  /** Device and number of the file: the same for all its names. */
  readonly id: string
}

/**
 * Opens a regular file for reading; the caller closes `handle`. What was opened is what is checked, so nothing can be put in its place
 * between the two. Errors: `file_not_found`, `file_not_regular`, `path_outside_root`, `file_is_pointer`.
 */
export async function openRegularFile(path: string): Promise<OpenFile> {
  requireNamedInside(path)
  try {
    // Opening a device can do something; without O_NONBLOCK, a named pipe would wait for a writer for ever.
    requireRegular(await stat(path), path)
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    try {
      const found = await handle.stat()
      requireRegular(found, path)
      await requireOpenedInside(handle, path)
      await requireContent(handle, found.size, path)
      return { handle, size: found.size, mtimeMs: found.mtimeMs, id: `${found.dev}:${found.ino}` }
    } catch (error) {
      await handle.close()
      throw error
    }
  } catch (error) {
    return translateSystemError(error, path)
  }
}

function requireRegular(found: { isFile(): boolean; isDirectory(): boolean }, file: string): void {
  if (found.isFile()) return
  throw new FormatError('file_not_regular', 'This is not a regular file', {
    file,
    hint: found.isDirectory() ? 'It is a folder; name a file inside it.' : 'Name a file.',
  })
}

const POINTER = { start: Buffer.from('version https://git-lfs.github.com/spec/v'), longest: 1024 }

/** A clone without Git LFS holds some lines of text in place of each large file; as text they would be read as if they were the data. */
async function requireContent(handle: FileHandle, size: number, file: string): Promise<void> {
  if (size > POINTER.longest || size < POINTER.start.byteLength) return
  const start = Buffer.alloc(POINTER.start.byteLength)
  await readExactly(handle, start, 0, file)
  if (!start.equals(POINTER.start)) return
  throw new FormatError('file_is_pointer', 'This is a pointer of Git LFS, not the file itself', {
    file,
    hint: 'Fetch the content in its clone (git lfs install, git lfs pull), or download the file.',
  })
}

/** Names in a folder, sorted. Errors: `file_not_found`, `file_not_regular`, `path_outside_root`. */
export async function listFolder(path: string): Promise<string[]> {
  requireNamedInside(path)
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK)
    try {
      await requireOpenedInside(handle, path)
      return (await readdir(await descriptorPath(handle, path))).sort()
    } finally {
      await handle.close()
    }
  } catch (error) {
    return translateSystemError(error, path)
  }
}

export interface StreamOptions {
  /** First byte; default 0. */
  readonly start?: number
  /** Last byte, included; default the file's last. */
  readonly end?: number
  readonly highWaterMark?: number
  readonly signal?: AbortSignal
}

/** A file as a stream, which closes it. Errors as of {@link openRegularFile}. */
export async function openStream(path: string, options: StreamOptions = {}): Promise<ReadStream> {
  const { handle } = await openRegularFile(path)
  return handle.createReadStream({ ...options, autoClose: true })
}

/** The whole of a file of at most `maxBytes` bytes. Errors as of {@link openRegularFile}, and `file_too_large`. */
export async function readWhole(path: string, maxBytes: number): Promise<Uint8Array> {
  const { handle, size } = await openRegularFile(path)
  try {
    if (size > maxBytes)
      throw new FormatError('file_too_large', `This file has ${size} bytes, more than the ${maxBytes} allowed here`, {
        file: path,
      })
    const bytes = new Uint8Array(size)
    await readExactly(handle, bytes, 0, path)
    return bytes
  } finally {
    await handle.close()
  }
}

/** A small text file as UTF-8; what is not UTF-8 is replaced. Errors as of {@link readWhole}. */
export const readTextFile = async (path: string, maxBytes: number): Promise<string> =>
  new TextDecoder().decode(await readWhole(path, maxBytes))

/** Largest single read; the system call itself ends below 2 GiB. */
const READ_BYTES = 2 ** 26

/** Fills `target` from file position `position`. Error: `file_incomplete` when the file ends early. */
export async function readExactly(
  handle: FileHandle,
  target: Uint8Array,
  position: number,
  file: string,
): Promise<void> {
  let done = 0
  while (done < target.byteLength) {
    const want = Math.min(READ_BYTES, target.byteLength - done)
    const { bytesRead } = await handle.read(target, done, want, position + done)
    if (bytesRead === 0)
      throw new FormatError(
        'file_incomplete',
        `The file ends at byte ${position + done}, ${target.byteLength - done} too early`,
        {
          file,
          hint: 'It was cut off or is still being written; copy it again.',
        },
      )
    done += bytesRead
  }
}
