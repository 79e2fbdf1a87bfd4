// A file of the data directory as a download: opened once, and what was opened is what is checked and sent. Links are not followed: the
// product makes none there. A file that its folder's manifest names is compared with it, unless the worker found this very state of it good
// before (its formats package writes both; the backend only reads them).
import { createHash } from 'node:crypto'
import { constants, type ReadStream } from 'node:fs'
import { type FileHandle, open, readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { AppError, damageText, type StoredTarget } from '@mistudio/contracts'
import { z } from 'zod'

export interface StoredFile {
  readonly stream: ReadStream
  /** Bytes. */
  readonly size: number
}

const ManifestSchema = z.object({ files: z.record(z.string(), z.object({ sha256: z.string() })) })
const SeenSchema = z.object({
  ino: z.string(),
  bytes: z.string(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
  sha256: z.string(),
})
const VerifiedSchema = z.object({ files: z.record(z.string(), SeenSchema) })

/** Null when there is no such regular file in `folder` itself (a folder of the data directory). The stream closes the file. */
export async function openStoredFile(folder: string, name: string): Promise<StoredFile | null> {
  const opened = await openPlainly(folder, name)
  return opened && { stream: opened.handle.createReadStream({ autoClose: true, start: 0 }), size: opened.size }
}

/** The same for a file that must be what was written. @throws AppError `data_damaged`. */
export async function openWholeFile(
  dataDir: string,
  { room, id }: StoredTarget,
  name: string,
): Promise<StoredFile | null> {
  const folder = path.join(dataDir, room, id)
  const opened = await openPlainly(folder, name)
  if (!opened) return null
  const { handle, size } = opened
  const whole = await isWhole(handle, folder, name).catch(async (error: unknown) => {
    await handle.close()
    throw error
  })
  if (whole) return { stream: handle.createReadStream({ autoClose: true, start: 0 }), size }
  await handle.close()
  throw new AppError('data_damaged', damageText(room, name), { room, id, file: name })
}

const MAX_JSON_BYTES = 2 ** 20

/** The JSON that a small stored file holds; undefined where it is none. */
export async function jsonFrom({ stream, size }: StoredFile): Promise<unknown> {
  if (size > MAX_JSON_BYTES) return void stream.destroy()
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  return parsed(text)
}

async function openPlainly(folder: string, name: string): Promise<{ handle: FileHandle; size: number } | null> {
  if (path.basename(name) !== name) return null
  const real = await realpath(folder).catch(() => null)
  // A folder that is a link leads somewhere else.
  if (real === null || path.basename(real) !== path.basename(folder)) return null
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(path.join(real, name), flags).catch(() => null)
  const found = await handle?.stat()
  if (handle && found?.isFile()) return { handle, size: found.size }
  await handle?.close()
  return null
}

/** True also for a file that no manifest names: there is nothing to compare it with. */
async function isWhole(handle: FileHandle, folder: string, name: string): Promise<boolean> {
  const manifest = ManifestSchema.safeParse(await jsonOf(path.join(folder, 'manifest.json')))
  const written = manifest.data?.files[name]
  if (!written) return true
  const verified = VerifiedSchema.safeParse(await jsonOf(path.join(folder, '.verified.json'))).data?.files[name]
  const { ino, size, mtimeNs, ctimeNs } = await handle.stat({ bigint: true })
  const now = { ino: String(ino), bytes: String(size), mtimeNs: String(mtimeNs), ctimeNs: String(ctimeNs) }
  if (verified && JSON.stringify({ ...now, sha256: written.sha256 }) === JSON.stringify(verified)) return true
  const hash = createHash('sha256')
  for await (const chunk of handle.createReadStream({ autoClose: false, start: 0 })) hash.update(chunk as Buffer)
  return hash.digest('hex') === written.sha256
}

const jsonOf = async (file: string): Promise<unknown> => parsed(await readFile(file, 'utf8').catch(() => ''))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
