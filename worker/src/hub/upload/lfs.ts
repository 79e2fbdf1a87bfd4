// Large files into the hub's storage: the Git LFS batch API, and its extension for parts, by which the hub takes files of many gigabytes.
import { AppError } from '@mistudio/contracts'
import { z } from 'zod'
import { type HubAccess, wayTo } from '../transport/http.js'
import { PassingError, withRetries } from '../transport/retry.js'
import { type Body, type Reply, send } from './send.js'
import { askHub, LFS_TYPE, parsed, requireOk, type WriteOptions } from './write-api.js'

export interface LargeFile {
  /** In the repository, for messages. */
  readonly path: string
  /** On disk. */
  readonly source: string
  readonly bytes: number
  readonly sha256: string
}

export interface LfsOptions extends WriteOptions {
  /** Bytes that left, or (negative) must be sent again. */
  readonly onBytes: (bytes: number) => void
}

const ActionSchema = z.object({ href: z.url(), header: z.record(z.string(), z.string()).optional() })
type Action = z.infer<typeof ActionSchema>
const BatchSchema = z.object({
  objects: z.array(
    z.object({
      oid: z.string(),
      error: z.object({ code: z.number(), message: z.string() }).optional(),
      actions: z.object({ upload: ActionSchema.optional(), verify: ActionSchema.optional() }).optional(),
    }),
  ),
})

/** Sends files that the hub does not have yet. @throws AppError `hub_*`, `conflict`. */
export async function uploadLarge(
  access: HubAccess,
  repo: string,
  revision: string,
  files: readonly LargeFile[],
  options: LfsOptions,
): Promise<void> {
  if (files.length === 0) return
  const body = JSON.stringify({
    operation: 'upload',
    transfers: ['basic', 'multipart'],
    hash_algo: 'sha256',
    ref: { name: revision },
    objects: files.map(({ sha256, bytes }) => ({ oid: sha256, size: bytes })),
  })
  const path = `/${repo}.git/info/lfs/objects/batch`
  const reply = requireOk(
    await askHub(access, path, { method: 'POST', headers: LFS_TYPE, body }, options),
    repo,
    revision,
  )
  const { objects } = parsed(BatchSchema, reply, access)
  for (const file of files) {
    const found = objects.find(({ oid }) => oid === file.sha256)
    if (!found) throw new AppError('hub_invalid', `The hub did not say where ${file.path} is to be sent. Retry.`)
    if (found.error)
      throw new AppError(
        'hub_denied',
        `The hub does not take ${file.path}: ${found.error.message} (${found.error.code}).`,
      )
    const { upload, verify } = found.actions ?? {}
    // Without an action the content is there already.
    if (!upload) {
      options.onBytes(file.bytes)
      continue
    }
    await transfer(access, file, upload, options)
    if (verify) await confirm(access, repo, file, verify, options)
  }
}

async function transfer(access: HubAccess, file: LargeFile, upload: Action, options: LfsOptions): Promise<void> {
  const chunk = upload.header?.['chunk_size']
  if (chunk === undefined) {
    await put(access, upload.href, { file: file.source, start: 0, bytes: file.bytes }, upload.header ?? {}, options)
    return
  }
  const size = Number(chunk)
  const urls = Object.entries(upload.header ?? {})
    .filter(([key]) => /^\d+$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, url]) => url)
  if (!(size > 0) || urls.length !== Math.ceil(file.bytes / size)) {
    throw new AppError(
      'hub_invalid',
      `The hub gave ${urls.length} places of ${chunk} bytes for ${file.path}, which has ${file.bytes}. Retry.`,
    )
  }
  const parts: { partNumber: number; etag: string }[] = []
  for (const [n, url] of urls.entries()) {
    const start = n * size
    const part = { file: file.source, start, bytes: Math.min(size, file.bytes - start) }
    const { headers } = await put(access, url, part, {}, options)
    if (!headers.etag)
      throw new AppError(
        'hub_invalid',
        `The storage behind the hub did not confirm part ${n + 1} of ${file.path}. Retry.`,
      )
    parts.push({ partNumber: n + 1, etag: headers.etag })
  }
  await complete(access, file, upload.href, parts, options)
}

/** Bytes to an address that the hub signed, without the token; a broken connection sends them again from the start. */
function put(
  access: HubAccess,
  url: string,
  body: Exclude<Body, Uint8Array>,
  headers: Readonly<Record<string, string>>,
  { signal, onWait, onBytes }: LfsOptions,
): Promise<Reply> {
  const { timing } = access
  return withRetries({ timing, signal, ...(onWait ? { onWait } : {}) }, async () => {
    let left = 0
    const count = (bytes: number): void => {
      left += bytes
      onBytes(bytes)
    }
    try {
      const over = await wayTo(access, url)
      const stallMs = timing.stallMs
      const reply = await send(url, { method: 'PUT', headers, body, signal, over, stallMs, onBytes: count })
      if (reply.status >= 200 && reply.status < 300) return reply
      throw new PassingError('hub_unreachable', `The storage behind the hub answered ${reply.status}.`)
    } catch (error) {
      onBytes(-left)
      throw error
    }
  })
}

async function complete(
  access: HubAccess,
  file: LargeFile,
  url: string,
  parts: readonly { partNumber: number; etag: string }[],
  { signal, onWait }: LfsOptions,
): Promise<void> {
  const { timing } = access
  const over = await wayTo(access, url)
  const body = Buffer.from(JSON.stringify({ oid: file.sha256, parts }))
  const reply = await withRetries({ timing, signal, ...(onWait ? { onWait } : {}) }, () =>
    send(url, { method: 'POST', headers: LFS_TYPE, body, signal, over, stallMs: timing.stallMs }),
  )
  requireOk(reply, file.path)
}

/** The hub checks what its storage holds. The token goes only to the hub's own address. */
async function confirm(
  access: HubAccess,
  repo: string,
  file: LargeFile,
  verify: Action,
  options: LfsOptions,
): Promise<void> {
  const url = new URL(verify.href)
  if (url.origin !== new URL(access.endpoint).origin) {
    throw new AppError(
      'hub_invalid',
      `The hub wants ${file.path} verified at ${url.origin}, which is not its own address. Check HF_ENDPOINT.`,
    )
  }
  const body = JSON.stringify({ oid: file.sha256, size: file.bytes })
  const request = { method: 'POST' as const, headers: { ...LFS_TYPE, ...verify.header }, body }
  requireOk(await askHub({ ...access, endpoint: url.origin }, `${url.pathname}${url.search}`, request, options), repo)
}
