// A small hub for tests: speaks the HTTP of the Hugging Face hub (search, revisions, trees, resolve with a redirect to a storage host,
// ranges, gated and private repositories) and breaks on demand. Two servers, because the storage of the real hub is another host.
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { HubWriter } from './hub-writer.js'

export interface FakeRepo {
  readonly name: string
  /** Content by path. */
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly commit?: string
  /** Branches and tags besides `main`. */
  readonly refs?: readonly string[]
  readonly gated?: 'auto' | 'manual'
  readonly private?: boolean
  /** Tokens that may read a gated or private repository. */
  readonly readers?: readonly string[]
  readonly tags?: readonly string[]
  readonly downloads?: number
  readonly likes?: number
  readonly parameters?: Readonly<Record<string, number>>
}

/** What goes wrong with one request. `after`: bytes of the file (absolute offset) up to which it answers. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The connection breaks at this offset of the file. */
  | { readonly kind: 'break'; readonly after: number }
  /** The answer ends properly, but at this offset. */
  | { readonly kind: 'truncate'; readonly after: number }
  /** One bit is wrong. */
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'ignore-range' }
  | { readonly kind: 'slow'; readonly chunkBytes: number; readonly everyMs: number }
  /** Nothing is ever answered. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'etag'; readonly etag: string }

export interface Seen {
  readonly host: 'hub' | 'storage'
  readonly path: string
  readonly authorization: string | null
  /** Range asked for, half-open; null when none was. */
  readonly range: { readonly start: number; readonly end: number } | null
}

/** Files of this length and more lie on the storage host and are known by their SHA-256. */
const LARGE = 4096

export class HubServer {
  readonly seen: Seen[] = []
  /** Decides the fault of each request; null: none. */
  fault: (request: Seen) => Fault | null = () => null
  readonly #repos = new Map<string, Required<Pick<FakeRepo, 'commit'>> & FakeRepo>()
  readonly #signatures = new Map<string, Uint8Array>()
  /** What may be written, and what was. */
  readonly writer = new HubWriter({
    has: (name) => this.#repos.has(name),
    make: (name, hidden, reader) => this.add({ name, files: {}, private: hidden, readers: [reader] }),
    files: (name) => this.#repos.get(name)?.files ?? {},
    put: (name, files) => this.add({ ...this.#repos.get(name), name, files, commit: commitOf(files) }),
    addresses: () => ({ hub: this.endpoint, storage: this.storage }),
  })
  readonly #hub: Server
  readonly #storage: Server

  private constructor() {
    this.#hub = createServer((request, response) => this.#answer('hub', request, response))
    this.#storage = createServer((request, response) => this.#answer('storage', request, response))
    // Clients take up idle connections; one that ends just then would be a fault that no test asked for.
    for (const one of [this.#hub, this.#storage]) one.keepAliveTimeout = 0
  }

  static async start(): Promise<HubServer> {
    const server = new HubServer()
    for (const one of [server.#hub, server.#storage])
      await new Promise<void>((done) => one.listen(0, '127.0.0.1', done))
    return server
  }

  get endpoint(): string {
    return addressOf(this.#hub)
  }

  get storage(): string {
    return addressOf(this.#storage)
  }

  add(repo: FakeRepo): { commit: string } {
    const commit = repo.commit ?? createHash('sha1').update(repo.name).digest('hex')
    this.#repos.set(repo.name, { ...repo, commit })
    return { commit }
  }

  /** Adds a repository with the files of a local folder. */
  async addFolder(name: string, folder: string, more: Partial<FakeRepo> = {}): Promise<{ commit: string }> {
    const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile())
    const files: Record<string, Uint8Array> = {}
    for (const { name: file } of entries) files[file] = await readFile(join(folder, file))
    return this.add({ name, files, ...more })
  }

  /** Signed storage links stop working, as after their time. */
  expireLinks(): void {
    this.#signatures.clear()
  }

  async stop(): Promise<void> {
    for (const one of [this.#hub, this.#storage]) {
      one.closeAllConnections()
      await new Promise((done) => one.close(done))
    }
  }

  #answer(host: Seen['host'], request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://hub')
    const seen: Seen = {
      host,
      path: url.pathname,
      authorization: request.headers.authorization ?? null,
      range: rangeOf(request.headers.range),
    }
    this.seen.push(seen)
    const fault = this.fault(seen)
    if (fault?.kind === 'silence') return
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      void this.writer.answer(host, url, request, response, fault)
      return
    }
    if (fault?.kind === 'status') end(response, fault.status, fault.headers)
    else if (host === 'storage') this.#serveStored(url, request, response, seen, fault)
    else if (url.pathname === '/api/models') this.#search(url, response)
    else if (this.#plainInfo(url.pathname, response, seen)) return
    else this.#serveRepo(url.pathname, request, response, seen, fault)
  }

  #search(url: URL, response: ServerResponse): void {
    const words = (url.searchParams.get('search') ?? '').toLowerCase()
    const limit = Number(url.searchParams.get('limit') ?? 30)
    const found = [...this.#repos.values()].filter((repo) => !repo.private && repo.name.toLowerCase().includes(words))
    found.sort((a, b) => (b.downloads ?? 0) - (a.downloads ?? 0))
    json(response, found.slice(0, limit).map(describe))
  }

  /** `/api/models/org/name` without a revision. */
  #plainInfo(path: string, response: ServerResponse, { authorization }: Seen): boolean {
    const repo = this.#repos.get(/^\/api\/models\/([^/]+\/[^/]+)$/.exec(path)?.[1] ?? '')
    if (!repo || (repo.private && !repo.readers?.some((token) => authorization === `Bearer ${token}`))) return false
    json(response, describe(repo))
    return true
  }

  #serveRepo(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    seen: Seen,
    fault: Fault | null,
  ): ServerResponse {
    const api = /^\/api\/models\/(.+)\/(revision|tree)\/([^/]+)(?:\/(.+))?$/.exec(path)
    const file = /^\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(path)
    const repo = this.#repos.get(api?.[1] ?? file?.[1] ?? '')
    const revision = decodeURIComponent(api?.[3] ?? file?.[2] ?? '')
    const reads = repo?.readers?.some((token) => seen.authorization === `Bearer ${token}`) ?? false
    const refuse = (status: number, code: string) => end(response, status, { 'x-error-code': code })
    if (!repo || (repo.private && !reads)) return refuse(seen.authorization ? 404 : 401, 'RepoNotFound')
    if (![repo.commit, 'main', 'HEAD', ...(repo.refs ?? [])].includes(revision)) return refuse(404, 'RevisionNotFound')
    if (api?.[2] === 'revision') return json(response, describe(repo))
    const recursive = /[?&]recursive=true\b/.test(request.url ?? '')
    if (api) return json(response, recursive ? Object.entries(repo.files).map(treeEntry) : treeOf(repo, api[4]))
    if (repo.gated && !reads) return refuse(seen.authorization ? 403 : 401, 'GatedRepo')
    const content = repo.files[decodeURIComponent(file?.[3] ?? '')]
    if (!content) return refuse(404, 'EntryNotFound')
    if (content.byteLength < LARGE) return send(request, response, content, etagFor(gitSha1(content)), fault)
    const signature = randomUUID()
    this.#signatures.set(signature, content)
    return end(response, 302, {
      location: `${this.storage}/${sha256(content)}?signature=${signature}`,
      'x-repo-commit': repo.commit,
      'x-linked-size': content.byteLength,
      'x-linked-etag': etagFor(sha256(content)),
    })
  }

  #serveStored(url: URL, request: IncomingMessage, response: ServerResponse, seen: Seen, fault: Fault | null): void {
    const content = this.#signatures.get(url.searchParams.get('signature') ?? '')
    if (!content || seen.authorization) end(response, seen.authorization ? 400 : 403)
    else send(request, response, content, etagFor(sha256(content)), fault)
  }
}

/** A commit id that depends on what is in it. */
const commitOf = (files: Readonly<Record<string, Uint8Array>>): string => {
  const hash = createHash('sha1')
  for (const [path, content] of Object.entries(files).sort()) hash.update(path).update(content)
  return hash.digest('hex')
}

/** Sends a file or the range asked for, with what is to go wrong. */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  whole: Uint8Array,
  trueEtag: string,
  fault: Fault | null,
): ServerResponse {
  const etag = fault?.kind === 'etag' ? fault.etag : trueEtag
  const asked = fault?.kind === 'ignore-range' ? null : rangeOf(request.headers.range)
  const condition = request.headers['if-range']
  const range = asked && (condition === undefined || condition === etag) ? asked : null
  const start = range?.start ?? 0
  const end = Math.min(range?.end ?? whole.byteLength, whole.byteLength)
  let body = Buffer.from(whole.subarray(start, end))
  if (fault?.kind === 'corrupt' && body.length > 0) body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1
  const stop = fault?.kind === 'break' || fault?.kind === 'truncate' ? fault.after : Number.POSITIVE_INFINITY
  const cut = stop < end ? Math.max(0, stop - start) : null
  if (fault?.kind === 'truncate' && cut !== null) body = body.subarray(0, cut)
  response.writeHead(range ? 206 : 200, {
    etag,
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-length': body.length,
    ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${whole.byteLength}` } : {}),
  })
  if (fault?.kind === 'break' && cut !== null) response.write(body.subarray(0, cut), () => response.destroy())
  else if (fault?.kind === 'slow') trickle(response, body, fault)
  else response.end(body)
  return response
}

function trickle(
  response: ServerResponse,
  body: Buffer,
  { chunkBytes, everyMs }: Extract<Fault, { kind: 'slow' }>,
): void {
  let at = 0
  const timer = setInterval(() => {
    response.write(body.subarray(at, at + chunkBytes))
    at += chunkBytes
    if (at < body.length) return
    clearInterval(timer)
    response.end()
  }, everyMs)
  response.on('close', () => clearInterval(timer))
}

const describe = (repo: FakeRepo) => ({
  _id: sha256(Buffer.from(repo.name)).slice(0, 24),
  id: repo.name,
  sha: repo.commit,
  private: repo.private ?? false,
  gated: repo.gated ?? false,
  downloads: repo.downloads ?? 0,
  likes: repo.likes ?? 0,
  tags: repo.tags ?? [],
  pipeline_tag: 'text-generation',
  lastModified: '2026-01-02T03:04:05.000Z',
  ...(repo.parameters
    ? { safetensors: { parameters: repo.parameters, total: Object.values(repo.parameters).reduce((a, b) => a + b, 0) } }
    : {}),
})

/** Entries of one folder, as the hub lists them when it is not asked for all below. */
function treeOf({ files }: FakeRepo, folder?: string): object[] {
  const prefix = folder === undefined ? '' : `${folder}/`
  const below = Object.entries(files).filter(([path]) => path.startsWith(prefix))
  const inner = below.flatMap(([path]) => path.slice(prefix.length).split('/').slice(0, -1).slice(0, 1))
  const folders = [...new Set(inner)].map((name) => ({ type: 'directory', path: `${prefix}${name}`, size: 0, oid: '' }))
  return [...folders, ...below.filter(([path]) => !path.slice(prefix.length).includes('/')).map(treeEntry)]
}

function treeEntry([path, content]: [string, Uint8Array]) {
  const entry = { type: 'file', path, size: content.byteLength, oid: gitSha1(content) }
  if (content.byteLength < LARGE) return entry
  return { ...entry, lfs: { oid: sha256(content), size: content.byteLength, pointerSize: 130 } }
}

function rangeOf(header: string | undefined): Seen['range'] {
  const match = /^bytes=(\d+)-(\d+)$/.exec(header ?? '')
  return match ? { start: Number(match[1]), end: Number(match[2]) + 1 } : null
}

/** An answer of headers only. */
function end(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | number>> = {},
): ServerResponse {
  return response.writeHead(status, headers).end()
}

function json(response: ServerResponse, value: unknown): ServerResponse {
  response.writeHead(200, { 'content-type': 'application/json' })
  return response.end(JSON.stringify(value))
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const hashes = new WeakMap<Uint8Array, string>()
/** SHA-256 in hex; computed once per buffer, since each range of a large file asks for it. */
export function sha256(content: Uint8Array): string {
  const hex = hashes.get(content) ?? createHash('sha256').update(content).digest('hex')
  hashes.set(content, hex)
  return hex
}
export const gitSha1 = (content: Uint8Array): string =>
  createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex')
const etagFor = (hash: string): string => `"${hash}"`
