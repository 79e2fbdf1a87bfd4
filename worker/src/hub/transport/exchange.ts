// One GET over node:http, as a web Response whose body flows: unlike fetch it lets us say which address a name may mean. Silence until
// the headers arrive ends it.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'

const NO_BODY = [204, 205, 304]

/** Connections that are kept for the next request. Whoever takes one again gets what `lookup` let through. */
export interface Connections {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}
export const connections = (lookup?: LookupFunction): Connections => {
  const options = { keepAlive: true, ...(lookup ? { lookup } : {}) }
  return { http: new HttpAgent(options), https: new HttpsAgent(options) }
}

export interface Exchange {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly over: Connections
}

/** @throws what node:http throws; the body breaks with what breaks the connection. */
export function exchange(url: URL, { headers, signal, over }: Exchange): Promise<Response> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const start = secure ? httpsRequest : httpRequest
    const request = start(url, { headers, signal, agent: secure ? over.https : over.http })
    request.once('error', reject)
    request.once('response', (answer) => resolve(responseOf(answer)))
    request.end()
  })
}

function responseOf(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers))
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one)
  if (NO_BODY.includes(status)) {
    answer.resume()
    return new Response(null, { status, headers })
  }
  // A broken connection is told by whoever reads the body.
  answer.on('error', () => undefined)
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status, headers })
}
