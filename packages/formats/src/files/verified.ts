// Whether files are still those that were written: their hash against the manifest's, once per state of the file. What was found good is
// remembered beside the files by inode, length and times, so the next to open them reads nothing; whoever writes a file changes its times.
// A change that leaves even these (a disk that forgets a bit) is found by `again`, which trusts no memory.
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FormatError, translateSystemError } from '../errors.js'
import { type WrittenFile, writeFileAtomic } from './atomic.js'
import { readJsonFile } from './json.js'
import { openRegularFile } from './open.js'

const MEMORY = '.verified.json'
const MAX_MEMORY_BYTES = 2 ** 24
const CHUNK_BYTES = 2 ** 20

const SeenSchema = z.object({
  ino: z.string(),
  bytes: z.string(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
  sha256: z.string(),
})
type Seen = z.infer<typeof SeenSchema>
const MemorySchema = z.object({ version: z.literal(1), files: z.record(z.string(), SeenSchema) })

export type Expected = Readonly<Record<string, WrittenFile>>

export interface VerifyOptions {
  /** Reads everything, whatever is remembered. */
  readonly again?: boolean
  /** Told the bytes that were read, piece by piece; a throw there ends the work. */
  readonly onBytes?: (bytes: number) => void | Promise<void>
}

/**
 * Compares files of a folder with their hashes. @returns the bytes that had to be read.
 * @throws FormatError `file_damaged` for the first that differs, `file_not_found`; whatever `onBytes` throws.
 */
export async function verifyFiles(folder: string, files: Expected, options: VerifyOptions = {}): Promise<number> {
  const remembered = await recall(folder)
  const known = options.again ? new Map<string, Seen>() : remembered
  const good = new Map<string, Seen>()
  let read = 0
  try {
    for (const [name, expected] of Object.entries(files)) {
      const path = join(folder, name)
      const { handle } = await openRegularFile(path)
      try {
        const before = await identity(handle, expected.sha256)
        if (same(known.get(name), before)) {
          good.set(name, before)
          continue
        }
        const sha256 = await hashOf(handle, async (bytes) => {
          read += bytes
          await options.onBytes?.(bytes)
        })
        if (sha256 !== expected.sha256) throw damaged(path)
        // Somebody may have written while it was read: then nothing is known of what lies there now.
        if (same(await identity(handle, sha256), before)) good.set(name, before)
      } finally {
        await handle.close()
      }
    }
  } catch (error) {
    if (error instanceof FormatError) await remember(folder, good)
    throw error
  }
  if (read > 0) await remember(folder, good)
  return read
}

/** Remembers files that were just written, whose hashes are known. Error: those of writing. */
export async function rememberWritten(folder: string, files: Expected): Promise<void> {
  const good = new Map<string, Seen>()
  for (const [name, { sha256, bytes }] of Object.entries(files)) {
    const { handle, size } = await openRegularFile(join(folder, name))
    try {
      if (size === bytes) good.set(name, await identity(handle, sha256))
    } finally {
      await handle.close()
    }
  }
  await remember(folder, good)
}

async function identity(handle: FileHandle, sha256: string): Promise<Seen> {
  const { ino, size, mtimeNs, ctimeNs } = await handle.stat({ bigint: true })
  return { ino: String(ino), bytes: String(size), mtimeNs: String(mtimeNs), ctimeNs: String(ctimeNs), sha256 }
}

const same = (a: Seen | undefined, b: Seen): boolean =>
  a !== undefined && (Object.keys(b) as (keyof Seen)[]).every((key) => a[key] === b[key])

async function hashOf(handle: FileHandle, onBytes: (bytes: number) => Promise<void>): Promise<string> {
  const hash = createHash('sha256')
  const buffer = new Uint8Array(CHUNK_BYTES)
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, at)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
    await onBytes(bytesRead)
  }
}

/** What is remembered counts for nothing where it cannot be read: then files are read once more. */
async function recall(folder: string): Promise<Map<string, Seen>> {
  const json = await readJsonFile(join(folder, MEMORY), MAX_MEMORY_BYTES).catch((error: unknown) => {
    if (error instanceof FormatError && error.code !== 'path_outside_root') return null
    throw error
  })
  return new Map(Object.entries(MemorySchema.safeParse(json).data?.files ?? {}))
}

async function remember(folder: string, files: ReadonlyMap<string, Seen>): Promise<void> {
  const path = join(folder, MEMORY)
  const memory: z.infer<typeof MemorySchema> = { version: 1, files: Object.fromEntries(files) }
  await writeFileAtomic(path, JSON.stringify(memory)).catch((error: unknown) => translateSystemError(error, path))
}

const damaged = (file: string): FormatError =>
  new FormatError('file_damaged', 'The content is not what was written when the file was made', {
    file,
    hint: 'Make it again or restore it from a copy, and check the disk.',
  })
