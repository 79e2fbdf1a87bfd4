// The socket against a real server: who is let in and what is heard.
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Job, SOCKET_EVENTS, SOCKET_PATH, SOCKET_REQUESTS } from '@mistudio/contracts'
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { SOCKET_RATE, SOCKETS_PER_KEY } from './budget.js'
import { knownChannel } from './live.gateway.js'

let test: TestApp
const sockets: Socket[] = []
beforeAll(async () => {
  test = await startTestApp()
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})
afterAll(() => test.close())

const connect = (token: string | null, origin?: string, cookie?: string): Promise<Socket> => {
  const socket = io(test.url, {
    path: SOCKET_PATH,
    transports: ['websocket'],
    reconnection: false,
    ...(token ? { auth: { token } } : {}),
    extraHeaders: { ...(origin ? { origin } : {}), ...(cookie ? { cookie } : {}) },
  })
  sockets.push(socket)
  return new Promise((resolve, reject) => {
    socket.on('connect', () => resolve(socket))
    socket.on('connect_error', reject)
  })
}

describe('live socket', () => {
  it('lets nobody in without a key, nor pages of other sites with one', async () => {
    await expect(connect(null)).rejects.toThrow()
    await expect(connect('mis_wrong')).rejects.toThrow()
    await expect(connect(test.key, 'https://evil.example')).rejects.toThrow()
  })

  it('tells subscribers of a job as soon as it is stored', async () => {
    const socket = await connect(test.key)
    expect(await socket.emitWithAck(SOCKET_REQUESTS.subscribe, { channel: 'jobs' })).toEqual({ ok: true })
    const heard: Job[] = []
    socket.on(SOCKET_EVENTS.job, (job: Job) => heard.push(job))
    const file = path.join(test.importRoot, 'a.txt')
    await writeFile(file, 'once')
    const { body } = await test.call('POST', '/datasets', { name: 'a', source: { type: 'path', path: file } })
    const told = expect.objectContaining({ id: body.data.job.id, state: 'queued' })
    await vi.waitFor(() => expect(heard).toContainEqual(told))
  })

  it('ends with the key it came in with', async () => {
    const { body } = await test.call('POST', '/auth/keys', { name: 'x', scope: 'read' })
    const socket = await connect(body.data.secret)
    const gone = new Promise((resolve) => socket.on('disconnect', resolve))
    await test.call('DELETE', `/auth/keys/${body.data.id}`)
    await gone
  })

  it('ends with the session that opened it, however that ended', async () => {
    const { body } = await test.call('POST', '/auth/keys', { name: 'y', scope: 'read' })
    const openSession = async () => {
      const signedIn = await test.call('POST', '/auth/login', { apiKey: body.data.secret }, {})
      const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
      const socket = await connect(null, undefined, cookie)
      return { socket, gone: new Promise((resolve) => socket.on('disconnect', resolve)) }
    }
    const [ended, unheard, byKey] = [await openSession(), await openSession(), await openSession()]
    const [newest] = (await test.call('GET', '/auth/sessions')).body.data
    await test.call('DELETE', `/auth/sessions/${newest.id}`)
    await Promise.race([ended.gone, unheard.gone, byKey.gone])
    // Nobody tells the gateway of this one: it looks for itself.
    const open = [ended, unheard, byKey].filter(({ socket }) => socket.connected)
    expect(open).toHaveLength(2)
    await test.database.prisma.session.deleteMany({ where: { keyId: body.data.id } })
    await Promise.all(open.map(({ gone }) => gone))
  })

  it('closes a flood, and leaves others alone', async () => {
    const { body } = await test.call('POST', '/auth/keys', { name: 'flood', scope: 'read' })
    const [flood, other] = [await connect(body.data.secret), await connect(test.key)]
    const gone = new Promise((resolve) => flood.on('disconnect', resolve))
    for (let i = 0; i < 2000; i += 1) flood.emit(SOCKET_REQUESTS.subscribe, { channel: `training/${randomUUID()}` })
    await gone
    expect(await other.emitWithAck(SOCKET_REQUESTS.subscribe, { channel: 'jobs' })).toEqual({ ok: true })
  })

  it('counts what all sockets of a key send, and how many there are', async () => {
    const { body } = await test.call('POST', '/auth/keys', { name: 'many', scope: 'read' })
    const tries = await Promise.allSettled(Array.from({ length: SOCKETS_PER_KEY + 6 }, () => connect(body.data.secret)))
    const open = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(open).toHaveLength(SOCKETS_PER_KEY)
    // Fewer for each than one may send alone, more together than the key may.
    const each = SOCKET_RATE.burst - 50
    for (const socket of open) for (let i = 0; i < each; i += 1) socket.emit(SOCKET_REQUESTS.unsubscribe, {})
    await vi.waitFor(() => expect(open.some(({ connected }) => !connected)).toBe(true), 20_000)
  })

  it('knows its own channels only', () => {
    const id = '00000000-0000-4000-8000-000000000000'
    expect(knownChannel({ channel: `training/${id}` })).toBe(`training/${id}`)
    for (const channel of [`credential/${id}`, 'credential:x', 'training/*', '', 7]) {
      expect(knownChannel({ channel })).toBeNull()
    }
  })
})
