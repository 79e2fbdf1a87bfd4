// The hub's API for writing: making a repository, asking how files are to be sent, and the commit. Answers are checked; refusals come out
// in words, with what to do.
import { AppError } from '@mistudio/contracts'
import { z } from 'zod'
import type { HubAccess } from '../transport/http.js'
import { withRetries } from '../transport/retry.js'
import { type Reply, send } from './send.js'

const SETTINGS = 'Settings › Hugging Face'
const JSON_TYPE = { 'content-type': 'application/json' }
export const LFS_TYPE = { accept: 'application/vnd.git-lfs+json', 'content-type': 'application/vnd.git-lfs+json' }

export interface WriteOptions {
  readonly signal: AbortSignal
  readonly onWait?: Parameters<typeof withRetries>[0]['onWait']
}

/** A reply of the hub itself to a request with the token. @throws PassingError becomes AppError when it does not pass. */
export function askHub(
  access: HubAccess,
  path: string,
  request: { method: 'GET' | 'POST'; headers?: Record<string, string>; body?: string },
  { signal, onWait }: WriteOptions,
): Promise<Reply> {
  const { timing, token, endpoint } = access
  if (token === null) {
    throw new AppError('hub_denied', `Writing to the hub needs a token with write access. Store one under ${SETTINGS}.`)
  }
  return withRetries({ timing, signal, ...(onWait ? { onWait } : {}) }, () =>
    send(`${endpoint}${path}`, {
      method: request.method,
      signal,
      stallMs: timing.stallMs,
      headers: { authorization: `Bearer ${token}`, ...request.headers },
      ...(request.body === undefined ? {} : { body: Buffer.from(request.body) }),
    }),
  )
}

/** Makes the repository; true when it was not there. @throws AppError `hub_denied`, `hub_invalid`. */
export async function createRepo(
  access: HubAccess,
  repo: string,
  hidden: boolean,
  options: WriteOptions,
): Promise<boolean> {
  const [organization, name] = repo.split('/')
  const body = JSON.stringify({ name, organization, private: hidden, type: 'model' })
  const reply = await askHub(access, '/api/repos/create', { method: 'POST', headers: JSON_TYPE, body }, options)
  if (reply.status === 409) return false
  // A token for one repository may not make any, but may write to the one that is there.
  if (reply.status === 403 && (await isThere(access, repo, options))) return false
  requireOk(reply, repo)
  return true
}

async function isThere(access: HubAccess, repo: string, options: WriteOptions): Promise<boolean> {
  return (await askHub(access, `/api/models/${repo}`, { method: 'GET' }, options)).status === 200
}

const PreuploadSchema = z.object({
  files: z.array(
    z.object({ path: z.string(), uploadMode: z.enum(['lfs', 'regular']), shouldIgnore: z.boolean().optional() }),
  ),
})

export interface AnnouncedFile {
  readonly path: string
  readonly bytes: number
  /** Its first bytes, by which the hub tells text from other content. */
  readonly sample: Uint8Array
}

/** How each file is to be sent: into storage, or inside the commit. @throws AppError. */
export async function uploadModes(
  access: HubAccess,
  repo: string,
  revision: string,
  files: readonly AnnouncedFile[],
  options: WriteOptions,
): Promise<ReadonlyMap<string, 'lfs' | 'regular'>> {
  const listed = files.map(({ path, bytes, sample }) => ({
    path,
    size: bytes,
    sample: Buffer.from(sample).toString('base64'),
  }))
  const path = `/api/models/${repo}/preupload/${encodeURIComponent(revision)}`
  const body = JSON.stringify({ files: listed })
  const reply = requireOk(
    await askHub(access, path, { method: 'POST', headers: JSON_TYPE, body }, options),
    repo,
    revision,
  )
  const modes = parsed(PreuploadSchema, reply, access).files
  const ignored = modes.find(({ shouldIgnore }) => shouldIgnore)
  if (ignored) {
    throw new AppError(
      'conflict',
      `"${repo}" ignores ${ignored.path} (its .gitignore says so). Change that, or upload to another folder.`,
    )
  }
  return new Map(modes.map((file) => [file.path, file.uploadMode]))
}

const CommitSchema = z.object({ commitOid: z.string(), commitUrl: z.string() })

/** What goes into a commit: small files with their content, large ones by hash. */
export type CommitEntry =
  | { readonly key: 'file'; readonly value: { path: string; content: string; encoding: 'base64' } }
  | { readonly key: 'lfsFile'; readonly value: { path: string; algo: 'sha256'; oid: string; size: number } }

/** One commit of all files. @throws AppError `conflict` when the branch moved meanwhile, `hub_denied` … */
export async function commit(
  access: HubAccess,
  {
    repo,
    revision,
    message,
    entries,
  }: { repo: string; revision: string; message: string; entries: readonly CommitEntry[] },
  options: WriteOptions,
): Promise<{ commit: string; url: string }> {
  const lines = [{ key: 'header', value: { summary: message, description: '' } }, ...entries]
  const body = lines.map((line) => JSON.stringify(line)).join('\n')
  const path = `/api/models/${repo}/commit/${encodeURIComponent(revision)}`
  const headers = { 'content-type': 'application/x-ndjson' }
  const reply = requireOk(await askHub(access, path, { method: 'POST', headers, body }, options), repo, revision)
  const { commitOid, commitUrl } = parsed(CommitSchema, reply, access)
  return { commit: commitOid, url: commitUrl }
}

/** @throws AppError when the answer is no success. */
export function requireOk(reply: Reply, repo: string, revision?: string): Reply {
  const { status } = reply
  if (status >= 200 && status < 300) return reply
  const said = saidBy(reply)
  if (status === 401)
    throw new AppError('hub_denied', `The hub does not know the token. Store a new one under ${SETTINGS}.${said}`)
  if (status === 403) {
    throw new AppError(
      'hub_denied',
      `The token may not write to "${repo}". Store one with write access to it under ${SETTINGS}, or choose another repository.${said}`,
    )
  }
  if (status === 404) {
    const at = revision === undefined ? '' : ` with the branch "${revision}"`
    throw new AppError('hub_not_found', `There is no "${repo}"${at}, or the token may not see it.${said}`)
  }
  if (status === 409 || status === 412) {
    throw new AppError(
      'conflict',
      `"${repo}" was changed by somebody else at the same moment. Nothing was committed; retry.${said}`,
    )
  }
  throw new AppError('hub_invalid', `The hub refused the upload to "${repo}" (${status}).${said}`)
}

/** What the hub says itself, cut. */
function saidBy({ text }: Reply): string {
  try {
    const found = z.object({ error: z.string() }).safeParse(JSON.parse(text))
    return found.success ? ` It says: ${found.data.error.slice(0, 300)}` : ''
  } catch {
    return ''
  }
}

/** @throws AppError `hub_invalid` when the answer is not what a hub gives. */
export function parsed<T>(schema: z.ZodType<T>, { text }: Reply, { endpoint }: HubAccess): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new AppError(
      'hub_invalid',
      `${endpoint} does not answer like a Hugging Face hub. Check HF_ENDPOINT.`,
      undefined,
      { cause },
    )
  }
}
