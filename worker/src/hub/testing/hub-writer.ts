// The writing side of the small hub for tests: making repositories, pre-upload, the LFS batch API (whole files and parts), storage that
// takes bytes, and commits. It checks what a hub checks: token, lengths, hashes, and that content was sent before it is committed.
import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Fault } from './hub-server.js'

type Files = Readonly<Record<string, Uint8Array>>
interface Repos {
  has(name: string): boolean
  make(name: string, hidden: boolean, reader: string): unknown
  files(name: string): Files
  put(name: string, files: Files): { commit: string }
  addresses(): { hub: string; storage: string }
}

/** A place in storage that waits for bytes. */
interface Place {
  readonly oid: string
  readonly part: number | null
}

const FileSchema = z.object({ path: z.string(), content: z.string(), encoding: z.literal('base64') })
const LfsSchema = z.object({ path: z.string(), algo: z.literal('sha256'), oid: z.string(), size: z.int() })
const LineSchema = z.discriminatedUnion('key', [
  z.object({ key: z.literal('header'), value: z.object({ summary: z.string() }) }),
  z.object({ key: z.literal('file'), value: FileSchema }),
  z.object({ key: z.literal('lfsFile'), value: LfsSchema }),
])
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export class HubWriter {
  /** Tokens that may write, and those that are known but may not. */
  readonly writers = new Set<string>()
  readonly readers = new Set<string>()
  /** Bytes of a part; null: files go whole. */
  partBytes: number | null = null
  /** Summaries of commits, in order. */
  readonly commits: string[] = []
  /** Bytes that storage took. */
  received = 0
  readonly #stored = new Map<string, Uint8Array>()
  readonly #places = new Map<string, Place>()
  readonly #parts = new Map<string, Map<number, Uint8Array>>()

  constructor(private readonly repos: Repos) {}

  async answer(
    host: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
    fault: Fault | null,
  ): Promise<unknown> {
    if (fault?.kind === 'break') {
      return request.once('data', () => request.destroy())
    }
    const body = await readBody(request)
    if (fault?.kind === 'status') return reply(response, fault.status, { error: 'a fault' }, fault.headers)
    if (host === 'storage') return this.#store(url, request, body, response)
    if (url.pathname === '/complete') return this.#complete(parse(body), response)
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (!this.writers.has(token) && !this.readers.has(token))
      return reply(response, 401, { error: 'Invalid credentials' })
    const [, repo = '', action = ''] =
      /^\/api\/models\/([^/]+\/[^/]+)\/(preupload|commit)\//.exec(url.pathname) ??
      /^\/([^/]+\/[^/]+)\.git\/info\/lfs\/objects\/(batch|verify)$/.exec(url.pathname) ??
      []
    if (url.pathname === '/api/repos/create') return this.#create(parse(body), token, response)
    if (!this.writers.has(token)) return reply(response, 403, { error: 'You do not have write access' })
    if (!this.repos.has(repo)) return reply(response, 404, { error: 'Repository not found' })
    if (action === 'preupload') return this.#preupload(parse(body), response)
    if (action === 'batch') return this.#batch(repo, parse(body), response)
    if (action === 'verify') return this.#verify(parse(body), response)
    if (action === 'commit') return this.#commit(repo, body.toString('utf8'), response)
    return reply(response, 404, { error: 'no such address' })
  }

  #create(body: unknown, token: string, response: ServerResponse): ServerResponse {
    const {
      name,
      organization,
      private: hidden,
    } = z.object({ name: z.string(), organization: z.string(), private: z.boolean() }).parse(body)
    const repo = `${organization}/${name}`
    if (!this.writers.has(token)) return reply(response, 403, { error: 'no rights' })
    if (this.repos.has(repo)) return reply(response, 409, { error: 'You already created this model repo' })
    this.repos.make(repo, hidden, token)
    return reply(response, 200, { url: `${this.repos.addresses().hub}/${repo}` })
  }

  #preupload(body: unknown, response: ServerResponse): ServerResponse {
    const { files } = z
      .object({ files: z.array(z.object({ path: z.string(), size: z.int(), sample: z.string() })) })
      .parse(body)
    const modes = files.map(({ path }) => ({
      path,
      uploadMode: /\.(safetensors|npz)$/.test(path) ? 'lfs' : 'regular',
      shouldIgnore: false,
    }))
    return reply(response, 200, { files: modes })
  }

  #batch(repo: string, body: unknown, response: ServerResponse): ServerResponse {
    const { objects } = z
      .object({ operation: z.literal('upload'), objects: z.array(z.object({ oid: z.string(), size: z.int() })) })
      .parse(body)
    const { hub } = this.repos.addresses()
    const verify = { href: `${hub}/${repo}.git/info/lfs/objects/verify` }
    const described = objects.map(({ oid, size }) =>
      this.#stored.has(oid) ? { oid, size } : { oid, size, actions: { upload: this.#uploadOf(oid, size), verify } },
    )
    return reply(response, 200, { transfer: this.partBytes ? 'multipart' : 'basic', objects: described })
  }

  #uploadOf(oid: string, size: number): { href: string; header?: Record<string, string> } {
    if (this.partBytes === null) return { href: this.#place({ oid, part: null }) }
    const header: Record<string, string> = { chunk_size: String(this.partBytes) }
    for (let n = 1; (n - 1) * this.partBytes < size; n++)
      header[String(n).padStart(5, '0')] = this.#place({ oid, part: n })
    return { href: `${this.repos.addresses().hub}/complete`, header }
  }

  #place(place: Place): string {
    const id = randomUUID()
    this.#places.set(id, place)
    return `${this.repos.addresses().storage}/put/${id}?signed=1`
  }

  #store(url: URL, request: IncomingMessage, body: Buffer, response: ServerResponse): ServerResponse {
    const place = this.#places.get(url.pathname.split('/').at(-1) ?? '')
    if (!place || request.headers.authorization || request.headers['content-length'] !== String(body.length)) {
      return reply(response, 403, { error: 'signature, token or length' })
    }
    this.received += body.length
    if (place.part === null) this.#stored.set(place.oid, body)
    else this.#parts.set(place.oid, (this.#parts.get(place.oid) ?? new Map<number, Uint8Array>()).set(place.part, body))
    return reply(response, 200, {}, { etag: `"${sha256(body)}"` })
  }

  /** Needs a token no more than the real one: the address is signed. */
  #complete(body: unknown, response: ServerResponse): ServerResponse {
    const { oid, parts } = z
      .object({ oid: z.string(), parts: z.array(z.object({ partNumber: z.int(), etag: z.string() })) })
      .parse(body)
    const held = this.#parts.get(oid)
    const bytes = parts.map(({ partNumber, etag }) => {
      const part = held?.get(partNumber)
      return part && etag === `"${sha256(part)}"` ? part : null
    })
    if (bytes.includes(null)) return reply(response, 400, { error: 'a part is missing' })
    this.#stored.set(oid, Buffer.concat(bytes.filter((part) => part !== null)))
    return reply(response, 200, {})
  }

  #verify(body: unknown, response: ServerResponse): ServerResponse {
    const { oid, size } = z.object({ oid: z.string(), size: z.int() }).parse(body)
    const stored = this.#stored.get(oid)
    const good = stored !== undefined && stored.byteLength === size && sha256(stored) === oid
    return reply(response, good ? 200 : 422, good ? {} : { error: 'content does not fit its hash' })
  }

  #commit(repo: string, text: string, response: ServerResponse): ServerResponse {
    const files: Record<string, Uint8Array> = { ...this.repos.files(repo) }
    for (const line of text.split('\n').map((one) => LineSchema.parse(JSON.parse(one)))) {
      if (line.key === 'header') this.commits.push(line.value.summary)
      else if (line.key === 'file') files[line.value.path] = Buffer.from(line.value.content, 'base64')
      else {
        const stored = this.#stored.get(line.value.oid)
        if (stored?.byteLength !== line.value.size)
          return reply(response, 400, { error: `${line.value.path} was never sent` })
        files[line.value.path] = stored
      }
    }
    const { commit } = this.repos.put(repo, files)
    return reply(response, 200, {
      success: true,
      commitOid: commit,
      commitUrl: `${this.repos.addresses().hub}/${repo}/commit/${commit}`,
    })
  }
}

const parse = (body: Buffer): unknown => JSON.parse(body.toString('utf8'))

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}

function reply(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): ServerResponse {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  return response.end(JSON.stringify(value))
}
