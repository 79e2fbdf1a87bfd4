// Files into a repository of the hub as one commit: all of them appear, or none does.
import { createHash } from 'node:crypto'
import { openRegularFile, openStream, readWhole } from '@mistudio/formats'
import type { HubAccess } from '../transport/http.js'
import { type LargeFile, uploadLarge } from './lfs.js'
import {
  type AnnouncedFile,
  type CommitEntry,
  commit,
  createRepo,
  uploadModes,
  type WriteOptions,
} from './write-api.js'

const SAMPLE_BYTES = 512
/** Most of a file that goes into the commit itself; the hub takes larger ones apart from it. */
const MAX_INLINE_BYTES = 2 ** 26

export interface UploadRequest {
  readonly repo: string
  /** Branch. */
  readonly revision: string
  /** Of a repository that this makes. */
  readonly private: boolean
  readonly message: string
  readonly files: readonly {
    /** In the repository. */
    readonly path: string
    /** On disk. */
    readonly source: string
  }[]
}

export interface UploadOptions extends WriteOptions {
  readonly onStage?: (stage: string) => void
  /** Bytes of large files that left (negative: must be sent again), and how many there are in all. */
  readonly onBytes?: (bytes: number, total: number) => void
}

export interface Uploaded {
  readonly commit: string
  readonly url: string
  /** Whether the repository was made by this. */
  readonly created: boolean
}

/** @throws AppError `hub_denied`, `hub_not_found`, `conflict`, `hub_unreachable`, `hub_busy`, `hub_invalid`; the signal's reason. */
export async function uploadFiles(
  access: HubAccess,
  { repo, revision, private: hidden, message, files }: UploadRequest,
  options: UploadOptions,
): Promise<Uploaded> {
  options.onStage?.('asking the hub')
  const created = await createRepo(access, repo, hidden, options)
  const described = await Promise.all(files.map(describe))
  const modes = await uploadModes(access, repo, revision, described, options)
  const large: LargeFile[] = []
  for (const file of described)
    if (modes.get(file.path) === 'lfs') large.push({ ...file, sha256: await sha256Of(file.source, options.signal) })
  const total = large.reduce((sum, { bytes }) => sum + bytes, 0)
  await uploadLarge(access, repo, revision, large, {
    ...options,
    onBytes: (bytes) => options.onBytes?.(bytes, total),
  })
  options.onStage?.('committing')
  const entries = await Promise.all(described.map((file) => entryOf(file, large)))
  return { ...(await commit(access, { repo, revision, message, entries }, options)), created }
}

interface Described extends AnnouncedFile {
  readonly source: string
}

async function describe({ path, source }: UploadRequest['files'][number]): Promise<Described> {
  const { handle, size } = await openRegularFile(source)
  try {
    const sample = Buffer.alloc(Math.min(SAMPLE_BYTES, size))
    await handle.read(sample, 0, sample.length, 0)
    return { path, source, bytes: size, sample }
  } finally {
    await handle.close()
  }
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of (await openStream(path, { signal })) as AsyncIterable<Buffer>) hash.update(piece)
  return hash.digest('hex')
}

async function entryOf({ path, source }: Described, large: readonly LargeFile[]): Promise<CommitEntry> {
  const stored = large.find((file) => file.path === path)
  if (stored) return { key: 'lfsFile', value: { path, algo: 'sha256', oid: stored.sha256, size: stored.bytes } }
  const content = Buffer.from(await readWhole(source, MAX_INLINE_BYTES)).toString('base64')
  return { key: 'file', value: { path, content, encoding: 'base64' } }
}
