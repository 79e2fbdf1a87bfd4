// A whole snapshot onto the disk: space check, files from the cache or the hub, manifest, and one rename that makes it visible.
import { createWriteStream } from 'node:fs'
import { link, mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError, HubCommitSchema, HubHashSchema } from '@mistudio/contracts'
import {
  openStream,
  readTextFile,
  syncFolder,
  systemCode,
  translateSystemError,
  writeFileAtomic,
} from '@mistudio/formats'
import { z } from 'zod'
import { freeAt } from '../../files/index.js'
import { fileUrl } from '../api.js'
import { type DownloadOptions, discard, downloadFile, heldBytes } from '../files/file-download.js'
import { isFile } from '../files/hash.js'
import { cachedFile } from './cache.js'
import type { Places } from './places.js'
import type { Wanted } from './select.js'

/** Left free on the disk, so that the database beside it can go on. */
const RESERVE_BYTES = 256 * 2 ** 20
const MANIFEST = 'mistudio-hub.json'
const MAX_MANIFEST_BYTES = 2 ** 22

const ManifestSchema = z.object({
  version: z.literal(1),
  repo: z.string(),
  commit: HubCommitSchema,
  files: z.array(z.object({ path: z.string(), bytes: z.int(), hash: HubHashSchema })),
})

export interface SnapshotRequest {
  readonly repo: string
  readonly commit: string
  readonly files: readonly Wanted[]
  readonly places: Places
  readonly cacheFolder: string
  /** Free bytes of the disk; replaced in tests. */
  readonly free?: (folder: string) => Promise<number>
}

export interface SnapshotReport {
  readonly bytes: number
  readonly fetchedBytes: number
  readonly cachedBytes: number
}

/** Whether a finished snapshot with all of `files` is there; null asks for any. Lengths are checked, hashes were when it was made. */
export async function isComplete({ snapshot }: Places, files: readonly Wanted[] | null): Promise<boolean> {
  const text = await readTextFile(join(snapshot, MANIFEST), MAX_MANIFEST_BYTES).catch(() => null)
  const manifest = text === null ? null : ManifestSchema.safeParse(jsonOrNull(text))
  if (!manifest?.success) return false
  const held = new Map(manifest.data.files.map((file) => [file.path, file]))
  if (files?.some(({ path, hash }) => held.get(path)?.hash.hex !== hash.hex)) return false
  for (const { path, bytes } of held.values()) if (!(await hasLength(join(snapshot, path), bytes))) return false
  return true
}

/**
 * Bytes still to come for each file: 0 when it is here or in the cache. `source` is where they come from.
 */
export async function outstanding(request: Pick<SnapshotRequest, 'repo' | 'files' | 'places' | 'cacheFolder'>) {
  const { repo, files, places, cacheFolder } = request
  const whole = await isComplete(places, files)
  return Promise.all(
    files.map(async (file) => {
      const target = join(places.partial, file.path)
      if (whole || (await hasLength(target, file.bytes))) return { file, source: 'here' as const, bytes: 0 }
      const cached = await cachedFile(cacheFolder, repo, file)
      if (cached) return { file, source: 'cache' as const, bytes: 0 }
      return { file, source: 'hub' as const, bytes: file.bytes - (await heldBytes(target, file)) }
    }),
  )
}

/**
 * Brings a snapshot to `places.snapshot`; answers at once when it is there. Call it under the lock of the folder.
 * @throws AppError `disk_full`, `hub_*`; the signal's reason when aborted. What was fetched stays in `places.partial`, except when
 * the disk is full.
 */
export async function downloadSnapshot(request: SnapshotRequest, options: DownloadOptions): Promise<SnapshotReport> {
  const { places, files } = request
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (await isComplete(places, files)) return { bytes, fetchedBytes: 0, cachedBytes: 0 }
  try {
    await prepare(places)
    await requireSpace(request)
    const cachedBytes = await fill(request, options)
    await writeManifest(request)
    await rename(places.partial, places.snapshot)
    await syncFolder(dirname(places.snapshot))
    return { bytes, fetchedBytes: bytes - cachedBytes, cachedBytes }
  } catch (error) {
    if (systemCode(error) !== 'ENOSPC' && !(error instanceof Error && 'code' in error && error.code === 'disk_full'))
      throw error
    // A full disk stops the database too: what was fetched makes room at once.
    await rm(places.partial, { recursive: true, force: true })
    if (error instanceof AppError) throw error
    return translateSystemError(Object.assign(new Error('full'), { code: 'ENOSPC' }), dirname(places.snapshot))
  }
}

/** The folder to fill. A finished one that lacks something becomes it again. */
async function prepare({ snapshot, partial }: Places): Promise<void> {
  await mkdir(dirname(snapshot), { recursive: true })
  const old = await stat(snapshot).catch(() => null)
  if (old) {
    await rm(partial, { recursive: true, force: true })
    await rename(snapshot, partial)
  }
  await mkdir(partial, { recursive: true })
}

async function requireSpace(request: SnapshotRequest): Promise<void> {
  const needed = (await outstanding(request)).reduce((sum, { bytes }) => sum + bytes, 0)
  const free = await (request.free ?? freeAt)(request.places.partial)
  if (needed === 0 || free >= needed + RESERVE_BYTES) return
  throw new AppError(
    'disk_full',
    `"${request.repo}" needs ${gib(needed)} more on the disk of the data folder and ${gib(RESERVE_BYTES)} must stay free, but only ${gib(free)} are. Nothing is kept of this download. Free some space and retry.`,
    { needed, free },
  )
}

/** Brings every file; returns how many bytes the cache gave. */
async function fill(request: SnapshotRequest, options: DownloadOptions): Promise<number> {
  const { repo, commit, files, places } = request
  let cachedBytes = 0
  for (const file of files) {
    options.signal.throwIfAborted()
    const target = join(places.partial, file.path)
    await mkdir(dirname(target), { recursive: true })
    if (await hasLength(target, file.bytes)) options.onBytes?.(file.bytes)
    else if (await fromCache(request, file, target, options)) cachedBytes += file.bytes
    else {
      const { endpoint, token } = options.access
      const asked = { endpoint, hasToken: token !== null, repo, revision: commit, path: file.path }
      await downloadFile({ url: fileUrl(options.access, repo, commit, file.path), ...file, asked }, target, options)
    }
  }
  return cachedBytes
}

/** Links (or, on another disk, copies) a file of the cache when its hash fits. */
async function fromCache(
  request: SnapshotRequest,
  file: Wanted,
  target: string,
  options: DownloadOptions,
): Promise<boolean> {
  const source = await cachedFile(request.cacheFolder, request.repo, file)
  if (source === null) return false
  await discard(target)
  const temporary = `${target}.partial`
  try {
    await link(source, temporary)
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(error) ?? ''))
      throw error
    await pipeline(await openStream(source), createWriteStream(temporary), { signal: options.signal })
  }
  // Of what lies here now: the cache may have changed since it was looked at.
  if (!(await isFile(temporary, file, options.signal))) {
    await rm(temporary, { force: true })
    return false
  }
  await rename(temporary, target)
  options.onBytes?.(file.bytes)
  return true
}

async function writeManifest({ repo, commit, files, places }: SnapshotRequest): Promise<void> {
  const listed = files.map(({ path, bytes, hash }) => ({ path, bytes, hash }))
  const manifest: z.infer<typeof ManifestSchema> = { version: 1, repo, commit, files: listed }
  await writeFileAtomic(join(places.partial, MANIFEST), JSON.stringify(manifest, null, 2))
  await syncFolder(places.partial)
}

const hasLength = async (path: string, bytes: number): Promise<boolean> => {
  const found = await stat(path).catch(() => null)
  return found?.isFile() === true && found.size === bytes
}

const gib = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(2)} GB` : `${Math.ceil(bytes / 2 ** 20)} MB`

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
