// What Node's HTTP server answers before any application sees a request, said as the interface says it: requests it cannot read, and
// requests that ask for another protocol. Knows no route but the socket's.
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError, SOCKET_PATH } from '@mistudio/contracts'
import type { RequestHandler } from 'express'

const UNREADABLE: Readonly<Record<string, () => AppError>> = {
  HPE_HEADER_OVERFLOW: () =>
    new AppError(
      'headers_too_large',
      'Address and headers of the request are larger than 16 kB. Send fewer or shorter ones.',
    ),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: () =>
    new AppError(
      'payload_too_large',
      'The chunks of the request body carry too much besides the body. Send it plainly.',
    ),
  ERR_HTTP_REQUEST_TIMEOUT: () => new AppError('request_timeout', 'The request did not arrive in time. Send it again.'),
}
const notHttp = (): AppError =>
  new AppError(
    'bad_request',
    'This is not a valid HTTP/1.1 request. Check its first line, its headers and the length it states.',
  )

export function answerAtHttpLevel(server: Server): void {
  // `requireHost` says it instead. The types do not know this setting.
  Object.assign(server, { requireHostHeader: false })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    refuse(socket, (UNREADABLE[error.code ?? ''] ?? notHttp)()),
  )
  server.on('upgrade', (request, socket, head) => {
    if (!request.url?.startsWith(`${SOCKET_PATH}/`)) withoutUpgrade(server, request, socket, head)
  })
  // An expectation that this server does not know may be left unmet (RFC 9110, 10.1.1); the request is answered.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('connect', (_request, socket) =>
    refuse(socket, new AppError('bad_request', 'This server is no proxy: it connects to no other.')),
  )
}

/** HTTP/1.1 asks for a Host header; Node alone would refuse without a word. */
export const requireHost: RequestHandler = (request, _response, next) => {
  const missing = request.httpVersion === '1.1' && request.headers.host === undefined
  next(missing ? new AppError('bad_request', 'The request has no Host header.') : undefined)
}

/** Answers on the bare connection and ends it. */
function refuse(socket: Duplex & { _httpMessage?: { headersSent: boolean } | null }, error: AppError): void {
  // A peer that is gone hears nothing, and one that is half-way through an answer would read this as a part of it.
  if (!socket.writable || socket._httpMessage?.headersSent) return void socket.destroy()
  const body = JSON.stringify({ error: error.toBody() })
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
  socket.once('finish', () => socket.destroy())
}

const OF_UPGRADES = new Set(['upgrade', 'http2-settings'])

/**
 * Goes on with HTTP/1.1 for who offers another protocol (h2c), as a server may (RFC 9110, 7.8). Node has taken the request out of its
 * reader by then: it is put back in front of the connection without the offer, with what had arrived of its body, and read anew.
 */
function withoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`]
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(at, at + 2)
    const kept = name.toLowerCase() === 'connection' ? withoutOffers(value) : value
    if (!OF_UPGRADES.has(name.toLowerCase()) && kept !== '') lines.push(`${name}: ${kept}`)
  }
  if (head.length > 0) socket.unshift(head)
  socket.unshift(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  server.emit('connection', socket)
  socket.resume()
}

const withoutOffers = (value: string): string =>
  value
    .split(',')
    .map((option) => option.trim())
    .filter((option) => !OF_UPGRADES.has(option.toLowerCase()))
    .join(', ')
