// What the hub says about models: search, one revision, its files. Requests are made by @huggingface/hub over our own HTTP, which holds
// the token rule, limits and retries; every answer is checked here.

import { listFiles, listModels, modelInfo } from '@huggingface/hub'
import { AppError, HubCommitSchema, type HubHash, type HubModel, type HubSearchQuery } from '@mistudio/contracts'
import { z } from 'zod'
import { get, type HubAccess, readWhole } from './transport/http.js'
import type { Asked } from './transport/refusals.js'
import { PassingError, withRetries } from './transport/retry.js'

const MAX_API_BYTES = 32 * 2 ** 20
/** A repository with more files than this is not listed to its end. */
const MAX_FILES = 20_000

/** Bytes per parameter of the dtypes that the hub counts. */
const DTYPE_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  I16: 2,
  U16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I8: 1,
  U8: 1,
  BOOL: 1,
}

const EntrySchema = z.object({
  name: z.string(),
  private: z.boolean().optional(),
  gated: z.union([z.literal(false), z.enum(['auto', 'manual'])]).optional(),
  task: z.string().optional(),
  likes: z.number().optional(),
  downloads: z.number().optional(),
  updatedAt: z.date().optional().catch(undefined),
  tags: z.array(z.string()).optional(),
  safetensors: z
    .object({ total: z.number(), parameters: z.record(z.string(), z.number()).optional() })
    .nullish()
    .catch(undefined),
})
const InfoSchema = EntrySchema.extend({ sha: HubCommitSchema })
const FileSchema = z.object({
  type: z.string(),
  path: z.string().max(1024),
  size: z.int().min(0),
  oid: z.string().optional(),
  lfs: z.object({ oid: z.string(), size: z.int().min(0) }).optional(),
})

export interface RepoFile {
  readonly path: string
  readonly bytes: number
  readonly hash: HubHash
}
export interface RevisionInfo extends HubModel {
  readonly commit: string
}

/** fetch for the library: our redirects and token rule, a size limit, errors in words. */
function fetchFor(access: HubAccess, signal: AbortSignal, asked: Partial<Asked>): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    const accept = new Headers(init?.headers).get('accept') ?? 'application/json'
    const body = await withRetries({ timing: access.timing, signal }, async () => {
      const { response } = await get(access, url, { headers: { accept }, signal, asked })
      return { response, bytes: await readWhole(response, MAX_API_BYTES, signal, access.timing) }
    })
    return new Response(body.bytes, { status: body.response.status, headers: body.response.headers })
  }
}

/** Runs a call of the library; an answer that is not JSON or lacks fields is the hub's fault and says so. */
async function checked<T>(access: HubAccess, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof z.ZodError) {
      throw new AppError(
        'hub_invalid',
        `${access.endpoint} does not answer like a Hugging Face hub. Check HF_ENDPOINT.`,
        undefined,
        { cause: error },
      )
    }
    throw error
  }
}

/** Models that fit a search, best first. */
export function searchModels(access: HubAccess, query: HubSearchQuery, signal: AbortSignal): Promise<HubModel[]> {
  return checked(access, async () => {
    const found: HubModel[] = []
    const models = listModels({
      hubUrl: access.endpoint,
      fetch: fetchFor(access, signal, {}),
      limit: query.limit,
      sort: query.sort,
      ...(query.query ? { search: { query: query.query } } : {}),
      additionalFields: ['tags', 'safetensors'],
    })
    for await (const model of models) found.push(describe(EntrySchema.parse(model)))
    return found
  })
}

/** What a revision (branch, tag or commit) means now. */
export function revisionInfo(
  access: HubAccess,
  repo: string,
  revision: string,
  signal: AbortSignal,
): Promise<RevisionInfo> {
  return checked(access, async () => {
    const fetch = fetchFor(access, signal, { repo, revision })
    const additionalFields = ['sha', 'tags', 'safetensors'] as ('sha' | 'tags' | 'safetensors')[]
    const info = InfoSchema.parse(
      await modelInfo({ name: repo, revision, hubUrl: access.endpoint, fetch, additionalFields }),
    )
    return { ...describe(info), commit: info.sha }
  })
}

/** The folder below the top in which repositories keep ONNX graphs. */
const GRAPH_FOLDER = 'onnx'

/** Files of a commit at its top and in onnx/ with their sizes and hashes. Files without a usable hash are left out. */
export function revisionFiles(
  access: HubAccess,
  repo: string,
  commit: string,
  signal: AbortSignal,
): Promise<RepoFile[]> {
  return checked(access, async () => {
    const fetch = fetchFor(access, signal, { repo, revision: commit })
    const files: RepoFile[] = []
    let entries = 0
    const asked = { repo: { type: 'model', name: repo }, revision: commit, hubUrl: access.endpoint, fetch } as const
    const list = async (folder: { path?: string }): Promise<boolean> => {
      let hasGraphs = false
      for await (const listed of listFiles({ ...asked, ...folder })) {
        requireListable(repo, ++entries, 'model')
        const entry = FileSchema.parse(listed)
        hasGraphs ||= entry.type === 'directory' && entry.path === GRAPH_FOLDER
        const file = toFile(entry)
        if (file) files.push(file)
      }
      return hasGraphs
    }
    if (await list({})) await list({ path: GRAPH_FOLDER })
    return files
  })
}

/** Files of a commit in all its folders, as `revisionFiles`: repositories of SAEs keep them some folders deep. */
export function allFiles(access: HubAccess, repo: string, commit: string, signal: AbortSignal): Promise<RepoFile[]> {
  return checked(access, async () => {
    const fetch = fetchFor(access, signal, { repo, revision: commit })
    const files: RepoFile[] = []
    let entries = 0
    const asked = { repo: { type: 'model', name: repo }, revision: commit, hubUrl: access.endpoint, fetch } as const
    for await (const listed of listFiles({ ...asked, recursive: true })) {
      requireListable(repo, ++entries, 'repository of SAEs')
      const file = toFile(FileSchema.parse(listed))
      if (file) files.push(file)
    }
    return files
  })
}

/** @throws AppError `hub_invalid` for a repository that is not listed to its end. */
function requireListable(repo: string, entries: number, what: string): void {
  if (entries <= MAX_FILES) return
  throw new AppError('hub_invalid', `"${repo}" has more than ${MAX_FILES} files, which is no ${what}.`)
}

/** A small file of a commit, checked by size. `limit` in bytes. */
export async function smallFile(
  access: HubAccess,
  at: { repo: string; commit: string; file: RepoFile },
  limit: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const { repo, commit, file } = at
  if (file.bytes > limit)
    throw new AppError('model_invalid', `${file.path} of "${repo}" has ${file.bytes} bytes; at most ${limit} are read.`)
  return withRetries({ timing: access.timing, signal }, async () => {
    const asked = { repo, revision: commit, path: file.path }
    const { response } = await get(access, fileUrl(access, repo, commit, file.path), { signal, asked })
    const bytes = await readWhole(response, limit, signal, access.timing)
    if (bytes.byteLength !== file.bytes)
      throw new PassingError('hub_unreachable', `${file.path} arrived with ${bytes.byteLength} of ${file.bytes} bytes.`)
    return bytes
  })
}

export const fileUrl = (access: HubAccess, repo: string, commit: string, path: string): string =>
  `${access.endpoint}/${repo}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`

function toFile({ type, path, size, oid, lfs }: z.infer<typeof FileSchema>): RepoFile | null {
  if (type !== 'file') return null
  const sha256 = lfs?.oid.replace(/^sha256:/, '')
  if (lfs && sha256 && /^[0-9a-f]{64}$/.test(sha256))
    return { path, bytes: lfs.size, hash: { kind: 'sha256', hex: sha256 } }
  if (!lfs && oid && /^[0-9a-f]{40}$/.test(oid)) return { path, bytes: size, hash: { kind: 'git-sha1', hex: oid } }
  return null
}

function describe(entry: z.infer<typeof EntrySchema>): HubModel {
  const licence = entry.tags?.find((tag) => tag.startsWith('license:'))?.slice('license:'.length) ?? null
  const counts = Object.entries(entry.safetensors?.parameters ?? {})
  const known = counts.length > 0 && counts.every(([dtype]) => dtype in DTYPE_BYTES)
  return {
    repo: entry.name,
    downloads: entry.downloads ?? 0,
    likes: entry.likes ?? 0,
    licence,
    gated: entry.gated || 'no',
    private: entry.private ?? false,
    task: entry.task ?? null,
    parameters: entry.safetensors?.total ?? null,
    bytes: known ? counts.reduce((sum, [dtype, count]) => sum + count * (DTYPE_BYTES[dtype] ?? 0), 0) : null,
    updatedAt: entry.updatedAt?.toISOString() ?? null,
  }
}
