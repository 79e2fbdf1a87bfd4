// @vitest-environment happy-dom
// The live state against a real socket server: channels, patched answers, what is read again, event tails without gaps.
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Job,
  type JobEvent,
  SOCKET_EVENTS,
  SOCKET_PATH,
  SOCKET_REQUESTS,
  SYSTEM_CHANNEL,
  type SystemSample,
} from '@mistudio/contracts'
import { cleanup, renderHook } from '@testing-library/react'
import { Server } from 'socket.io'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  closeSocket,
  keyOf,
  openSocket,
  queryClient,
  useJobEvents,
  useLiveStatus,
  useSubject,
  useSystemSamples,
} from './index.js'
import { machineSample } from './testing.js'

const [MODEL, JOB, TRAINING] = ['1', '2', '3'].map((n) => `${n.repeat(8)}-1111-4111-8111-111111111111`) as [
  string,
  string,
  string,
]
const job = (over: Partial<Job> = {}): Job => ({
  id: JOB,
  kind: 'model.register',
  queue: 'io',
  state: 'running',
  control: 'run',
  subjectType: 'model',
  subjectId: MODEL,
  title: 'demo',
  attempt: 1,
  crashes: 0,
  progress: null,
  result: null,
  error: null,
  owner: 'w',
  heartbeatAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  seq: 5,
  ...over,
})
const event = (seq: number): JobEvent => ({
  jobId: JOB,
  seq,
  type: 'log',
  payload: { level: 'info', message: `line ${seq}` },
  at: '2026-01-01T00:00:00.000Z',
})
const live = (seq: number) => ({ ...event(seq), channel: `model/${MODEL}` })
const sample = machineSample()

let http: HttpServer
let io: Server
const heard: string[] = []
/** What the server would answer to a question for events. */
let stored: JobEvent[] = []
const asked: string[] = []

beforeAll(async () => {
  http = createServer()
  io = new Server(http, { path: SOCKET_PATH })
  io.on('connection', (socket) => {
    for (const what of [SOCKET_REQUESTS.subscribe, SOCKET_REQUESTS.unsubscribe])
      socket.on(what, ({ channel }: { channel: string }) => heard.push(`${what} ${channel}`))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  ;(window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM.setURL(`http://127.0.0.1:${port}/`)
})
afterAll(async () => {
  await io.close()
})
beforeEach(async () => {
  vi.stubGlobal('fetch', async (input: string) => {
    asked.push(String(input))
    const after = Number(new URL(input, 'http://x').searchParams.get('after'))
    const data = stored.filter(({ seq }) => seq > after)
    return new Response(JSON.stringify({ data }), { headers: { 'content-type': 'application/json' } })
  })
  openSocket()
  await vi.waitFor(() => expect(useLiveStatus.getState().status).toBe('live'), 10_000)
})
afterEach(() => {
  cleanup()
  closeSocket()
  queryClient.clear()
  vi.unstubAllGlobals()
  heard.length = 0
  asked.length = 0
  stored = []
})
const subscriptions = (channel: string) => heard.filter((line) => line.endsWith(` ${channel}`))
const settled = (check: () => void) => vi.waitFor(check, 5000)

describe('channels', () => {
  it('are joined once however many ask, and left when the last one goes', async () => {
    const first = renderHook(() => useSubject('model', MODEL))
    const second = renderHook(() => useSubject('model', MODEL))
    await settled(() => expect(subscriptions(`model/${MODEL}`)).toHaveLength(1))
    first.unmount()
    renderHook(() => useSubject('training', TRAINING))
    await settled(() => expect(subscriptions(`training/${TRAINING}`)).toHaveLength(1))
    expect(subscriptions(`model/${MODEL}`)).toHaveLength(1)
    second.unmount()
    await settled(() =>
      expect(subscriptions(`model/${MODEL}`).at(-1)).toBe(`${SOCKET_REQUESTS.unsubscribe} model/${MODEL}`),
    )
  })
  it('are joined again after the line broke, and everything on screen is stale', async () => {
    renderHook(() => useSubject('model', MODEL))
    await settled(() => expect(subscriptions(`model/${MODEL}`)).toHaveLength(1))
    queryClient.setQueryData(keyOf('listModels'), [])
    for (const socket of io.sockets.sockets.values()) socket.conn.close()
    await settled(() => expect(subscriptions(`model/${MODEL}`)).toHaveLength(2))
    await settled(() => expect(queryClient.getQueryState(keyOf('listModels'))?.isInvalidated).toBe(true))
  })
  it('bring machine samples to whoever listens', async () => {
    const seen: SystemSample[] = []
    renderHook(() => useSystemSamples((one) => seen.push(one)))
    await settled(() => expect(subscriptions(SYSTEM_CHANNEL)).toHaveLength(1))
    io.emit(SOCKET_EVENTS.system, sample)
    await settled(() => expect(seen).toEqual([sample]))
  })
})

describe('a job message', () => {
  const list = keyOf('listModels')
  const shown = () => (queryClient.getQueryData(list) as { job: Job }[])[0]?.job
  it('is written into the list that shows it; only a change of state makes the list stale', async () => {
    queryClient.setQueryData(list, [{ id: MODEL, job: job() }])
    io.emit(SOCKET_EVENTS.job, job({ seq: 6 }))
    await settled(() => expect(shown()?.seq).toBe(6))
    // The first word on a job counts as a change of state.
    queryClient.setQueryData(list, [{ id: MODEL, job: job({ seq: 6 }) }])
    io.emit(SOCKET_EVENTS.job, job({ seq: 7 }))
    await settled(() => expect(shown()?.seq).toBe(7))
    expect(queryClient.getQueryState(list)?.isInvalidated).toBe(false)
    io.emit(SOCKET_EVENTS.job, job({ seq: 8, state: 'completed' }))
    await settled(() => expect(queryClient.getQueryState(list)?.isInvalidated).toBe(true))
    expect(shown()?.state).toBe('completed')
  })
  it('of a question changes nothing that is shown', async () => {
    queryClient.setQueryData(list, [{ id: MODEL, job: null }])
    io.emit(SOCKET_EVENTS.job, job({ id: TRAINING, kind: 'model.tensors', queue: 'questions', seq: 1 }))
    io.emit(SOCKET_EVENTS.job, job({ seq: 9 }))
    await settled(() => expect(shown()?.seq).toBe(9))
    expect(shown()?.kind).toBe('model.register')
  })
})

describe('the tail of a job', () => {
  const follow = () => {
    const seen: number[] = []
    const hook = renderHook(() =>
      useJobEvents(JOB, `model/${MODEL}`, {
        onEvents: (events) => seen.push(...events.map(({ seq }) => seq)),
        active: false,
      }),
    )
    return { seen, hook }
  }
  it('hands on what is stored, then what comes, each event once and in order', async () => {
    stored = [0, 1, 2].map(event)
    const { seen, hook } = follow()
    await settled(() => expect(hook.result.current.status).toBe('live'))
    io.emit(SOCKET_EVENTS.jobEvent, live(2))
    io.emit(SOCKET_EVENTS.jobEvent, live(3))
    await settled(() => expect(seen).toEqual([0, 1, 2, 3]))
  })
  it('asks for what is missing when a number is skipped', async () => {
    stored = [0, 1].map(event)
    const { seen, hook } = follow()
    await settled(() => expect(hook.result.current.status).toBe('live'))
    const before = asked.length
    stored = [0, 1, 2, 3, 4].map(event)
    io.emit(SOCKET_EVENTS.jobEvent, live(4))
    await settled(() => expect(seen).toEqual([0, 1, 2, 3, 4]))
    expect(asked.length).toBeGreaterThan(before)
  })
  it('says that it failed when nothing answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no line')))
    const { hook } = follow()
    await settled(() => expect(hook.result.current.status).toBe('failed'))
  })
})
