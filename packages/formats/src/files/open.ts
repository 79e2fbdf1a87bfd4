// Opening of files for positioned reads: regular files only, short reads completed, truncation noticed.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { FormatError, translateSystemError } from '../errors.js'

export interface OpenFile {
  readonly handle: FileHandle
  /** Bytes. */
  readonly size: number
  readonly mtimeMs: number
}

/** Opens a regular file for reading; the caller closes `handle`. Errors: `file_not_found`, `file_not_regular`. */
export async function openRegularFile(path: string): Promise<OpenFile> {
  let handle: FileHandle
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return translateSystemError(error, path)
  }
  const stat = await handle.stat()
  if (!stat.isFile()) {
    await handle.close()
    throw new FormatError('file_not_regular', 'This is not a regular file', {
      file: path,
      hint: stat.isDirectory() ? 'It is a folder; name a file inside it.' : 'Name a file.',
    })
  }
  return { handle, size: stat.size, mtimeMs: stat.mtimeMs }
}

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
