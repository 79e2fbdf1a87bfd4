// Behind a trusted proxy guesses count for the client it names, through REST and through sockets; what anybody else claims counts nothing.
import { SOCKET_PATH } from '@mistudio/contracts'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientAddress } from '../common/client-address.js'
import { startTestApp, type TestApp } from '../testing/app.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp(undefined, undefined, ['loopback'])
})
afterAll(() => test.close())

/** Whether a socket with this key is let in. */
const socketOpens = (token: string, from: string): Promise<boolean> => {
  const socket = io(test.url, {
    path: SOCKET_PATH,
    transports: ['websocket'],
    reconnection: false,
    auth: { token },
    extraHeaders: { 'x-forwarded-for': from },
  })
  const opened = new Promise<boolean>((resolve) => {
    socket.on('connect', () => resolve(true))
    socket.on('connect_error', () => resolve(false))
  })
  return opened.finally(() => socket.close())
}
const asks = async (key: string, from: string): Promise<number> =>
  (await test.call('GET', '/models', undefined, { authorization: `Bearer ${key}`, 'x-forwarded-for': from })).status

describe('guesses through sockets', () => {
  it('count for the client whom the proxy names, in one sum with those through REST', async () => {
    for (let i = 0; i < 10; i += 1) {
      expect(await socketOpens(`mis_socket${i}`, '203.0.113.7')).toBe(false)
      expect(await asks(`mis_rest${i}`, '203.0.113.7')).toBe(401)
    }
    expect(await asks('mis_more', '203.0.113.7')).toBe(429)
    expect(await asks('mis_more', '198.51.100.9')).toBe(401)
  })

  it('keep no other client out, who signs in with a key that nobody used yet', async () => {
    const { body } = await test.call('POST', '/auth/keys', { name: 'new', scope: 'read' })
    for (let i = 0; i < 21; i += 1) await socketOpens(`mis_guess${i}`, '203.0.113.8')
    expect(await socketOpens(body.data.secret, '198.51.100.10')).toBe(true)
  })
})

describe('the address of a client', () => {
  const trusted = (address: string): boolean => address.startsWith('10.')
  const from = (remote: string, forwarded?: string): string =>
    clientAddress(
      {
        socket: { remoteAddress: remote } as never,
        headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
      },
      trusted,
    )
  it.each([
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['192.0.2.9', '192.0.2.1', '192.0.2.9'],
    ['10.0.0.1', '1.1.1.1, 192.0.2.1, 10.0.0.2', '192.0.2.1'],
    ['10.0.0.1', '192.0.2.1:50123', '192.0.2.1'],
    ['10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['10.0.0.1', ' , ', '10.0.0.1'],
  ])('from %s, forwarded for %s, is %s', (remote, forwarded, client) => expect(from(remote, forwarded)).toBe(client))
})
