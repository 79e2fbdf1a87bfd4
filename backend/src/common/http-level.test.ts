// What the server answers to bytes that no application sees: a typed refusal, or the plain answer where another protocol was only offered.
import { connect } from 'node:net'
import { ERROR_STATUS, ErrorEnvelopeSchema } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { asAppError } from './errors.filter.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())

/** Everything that comes back for these pieces, sent one after the other. */
const exchange = (...pieces: string[]): Promise<{ status: number; body: unknown }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(test.url)
    let text = ''
    const socket = connect(Number(port), hostname, async () => {
      for (const piece of pieces) {
        socket.write(piece)
        await new Promise((next) => setTimeout(next, 50))
      }
    })
    socket.setEncoding('latin1')
    socket.on('data', (part) => {
      text += part
    })
    socket.on('error', reject)
    socket.on('close', () => {
      const body = text.slice(text.indexOf('\r\n\r\n') + 4)
      resolve({ status: Number(text.slice(9, 12)), body: body.startsWith('{') ? JSON.parse(body) : body })
    })
  })
const head = (first: string, ...headers: string[]): string =>
  [first, 'Host: a', 'Connection: close', ...headers, '', ''].join('\r\n')
const key = () => `Authorization: Bearer ${test.key}`

describe('a request that cannot be read', () => {
  it.each([
    ['headers_too_large', head('GET /api/v1/models HTTP/1.1', `X-Long: ${'x'.repeat(20_000)}`)],
    ['headers_too_large', head(`GET /api/v1/models?q=${'x'.repeat(20_000)} HTTP/1.1`)],
    ['bad_request', head('GET /api/v1/mod els HTTP/1.1')],
    ['bad_request', head('POST /api/v1/models HTTP/1.1', 'Content-Length: 3', 'Transfer-Encoding: chunked')],
    ['bad_request', 'GET /api/v1/models HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['bad_request', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['bad_request', head('CONNECT example.org:443 HTTP/1.1')],
  ])('is refused with %s in the error envelope', async (code, bytes) => {
    const { status, body } = await exchange(bytes)
    const { error } = ErrorEnvelopeSchema.parse(body)
    expect([error.code, status]).toEqual([code, ERROR_STATUS[error.code]])
  })
})

it('answers a request whose expectation it does not know', async () => {
  const { status, body } = await exchange(head('GET /api/v1/auth/keys HTTP/1.1', 'Expect: 200-ok', key()))
  expect([status, body]).toMatchObject([200, { data: [{ name: 'First key' }] }])
})

// As express' static files refuse ranges that are not there and conditions that do not hold.
it.each([406, 411, 412, 416, 417])('a refusal of a library with status %s is no fault of the server', (status) =>
  expect(asAppError(Object.assign(new Error('no'), { status }))).toMatchObject({ code: 'bad_request', message: 'no' }),
)

describe('an offer of another protocol', () => {
  const offer = [
    'Connection: Upgrade, HTTP2-Settings, close',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
  ]
  const offered = (first: string, ...headers: string[]): string =>
    [first, 'Host: a', ...offer, key(), ...headers, '', ''].join('\r\n')

  it('is declined and the request answered', async () => {
    const { status, body } = await exchange(offered('GET /api/v1/auth/keys HTTP/1.1'))
    expect([status, body]).toMatchObject([200, { data: [{ name: 'First key' }] }])
  })

  it('loses nothing of the body, wherever it was cut', async () => {
    const [name, start] = ['with an offer', '{"name":"with an']
    const body = JSON.stringify({ name, scope: 'read' })
    const json = ['Content-Type: application/json', `Content-Length: ${body.length}`]
    const answer = await exchange(offered('POST /api/v1/auth/keys HTTP/1.1', ...json) + start, body.slice(start.length))
    expect(answer).toMatchObject({ status: 201, body: { data: { name } } })
  })

  it('is declined for sockets at addresses that have none', async () => {
    const websocket = ['Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13']
    const first = ['GET /api/v1/models HTTP/1.1', 'Host: a', 'Connection: Upgrade, close']
    const { status, body } = await exchange([...first, ...websocket, '', ''].join('\r\n'))
    expect([status, ErrorEnvelopeSchema.parse(body).error.code]).toEqual([401, 'unauthenticated'])
  })
})
