// Requests that change something on the hub or put bytes into its storage. Over node:http, because storage wants a length and files are
// streamed. No redirects are followed: the token and the bytes go where they were meant to go.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { AppError } from '@mistudio/contracts'
import { openStream } from '@mistudio/formats'
import type { Connections } from '../transport/exchange.js'
import { PassingError, retryAfterMs } from '../transport/retry.js'

const MAX_ANSWER_BYTES = 2 ** 20

/** Bytes in memory, or a range of a file. */
export type Body = Uint8Array | { readonly file: string; readonly start: number; readonly bytes: number }

export interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Body
  readonly signal: AbortSignal
  /** For addresses that the hub named: what they may mean. */
  readonly over?: Connections
  /** Longest silence in ms. */
  readonly stallMs: number
  /** Bytes of the body that left. */
  readonly onBytes?: (bytes: number) => void
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

const lengthOf = (body: Body | undefined): number => (!body ? 0 : 'file' in body ? body.bytes : body.byteLength)

async function* piecesOf(body: Body): AsyncGenerator<Uint8Array> {
  if (!('file' in body)) {
    yield body
    return
  }
  const { file, start, bytes } = body
  if (bytes === 0) return
  const range = { start, end: start + bytes - 1, highWaterMark: 2 ** 18 }
  yield* (await openStream(file, range)) as AsyncIterable<Buffer>
}

/** One request and its answer, of any status below 500 but 408 and 429. @throws PassingError for what may pass, the signal's reason. */
export async function send(url: string, sent: Sent): Promise<Reply> {
  const { signal } = sent
  signal.throwIfAborted()
  try {
    const reply = await exchange(new URL(url), sent)
    if (reply.status < 500 && reply.status !== 408 && reply.status !== 429) return reply
    const after = reply.headers['retry-after']
    const what =
      reply.status === 429 ? 'The hub limits how much is asked of it (429).' : `The hub has a fault (${reply.status}).`
    throw new PassingError('hub_busy', what, { retryAfterMs: retryAfterMs(after ?? null) })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof PassingError || error instanceof AppError) throw error
    const reason = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error)
    throw new PassingError('hub_unreachable', `The connection to ${new URL(url).origin} broke (${reason}).`, {
      cause: error,
    })
  }
}

function exchange(url: URL, { method, headers = {}, body, signal, over, stallMs, onBytes }: Sent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const start = secure ? httpsRequest : httpRequest
    const agent = over && (secure ? over.https : over.http)
    const sizes = body || method !== 'GET' ? { 'content-length': lengthOf(body) } : {}
    const request = start(url, {
      method,
      headers: { 'user-agent': 'mistudio', ...headers, ...sizes },
      signal,
      ...(agent ? { agent } : {}),
    })
    request.setTimeout(stallMs, () => request.destroy(new Error(`no answer for ${stallMs / 1000} s`)))
    request.on('error', reject)
    request.on('response', (response) => readReply(response).then(resolve, reject))
    const write = async (): Promise<void> => {
      for await (const piece of body ? piecesOf(body) : []) {
        if (!request.write(piece)) await drained(request)
        onBytes?.(piece.byteLength)
      }
      request.end()
    }
    // A server may refuse before it has read everything: then the answer counts, not that writing broke.
    write().catch((error: unknown) => {
      if (!request.destroyed) request.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
}

const drained = (request: ReturnType<typeof httpRequest>): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = (): void => {
      request.off('drain', done)
      request.off('close', closed)
    }
    const done = (): void => {
      end()
      resolve()
    }
    const closed = (): void => {
      end()
      reject(new Error('the connection was closed'))
    }
    request.once('drain', done)
    request.once('close', closed)
  })

async function readReply(response: IncomingMessage): Promise<Reply> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.byteLength
    if (bytes > MAX_ANSWER_BYTES)
      throw new AppError('hub_invalid', 'The hub answered with more than 1 MiB, which is refused here.')
    parts.push(part)
  }
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString('utf8') }
}
