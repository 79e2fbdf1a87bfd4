// The socket against a real server: who is let in and what is heard.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Job, SOCKET_EVENTS, SOCKET_PATH, SOCKET_REQUESTS } from '@mistudio/contracts'
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
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

const connect = (token: string | null, origin?: string): Promise<Socket> => {
  const socket = io(test.url, {
    path: SOCKET_PATH,
    transports: ['websocket'],
    reconnection: false,
    ...(token ? { auth: { token } } : {}),
    ...(origin ? { extraHeaders: { origin } } : {}),
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

  it('knows its own channels only', () => {
    const id = '00000000-0000-4000-8000-000000000000'
    expect(knownChannel({ channel: `training/${id}` })).toBe(`training/${id}`)
    for (const channel of [`credential/${id}`, 'credential:x', 'training/*', '', 7]) {
      expect(knownChannel({ channel })).toBeNull()
    }
  })
})
