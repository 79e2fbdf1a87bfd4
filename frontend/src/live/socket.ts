// The one socket of the page: opened after login, closed on logout. Messages patch the query cache; events go to whoever listens.
import { connectLive, type Live, type LiveStatus } from '@mistudio/client'
import {
  isQuestion,
  JOBS_CHANNEL,
  type Job,
  type JobEventMessage,
  type RunValues,
  type SystemSample,
} from '@mistudio/contracts'
import { queryClient } from './client.js'
import { noteSocket, touch, useLiveStatus } from './contact.js'
import { pathKey, renewedBy } from './keys.js'
import { patchJobs, patchSubject } from './patch.js'
import { renew } from './renew.js'

type Listener<T> = (value: T) => void
const eventListeners = new Map<string, Set<Listener<JobEventMessage>>>()
const runListeners = new Map<string, Set<Listener<RunValues>>>()
const sampleListeners = new Set<Listener<SystemSample>>()
const reconnectListeners = new Set<() => void>()
const lastState = new Map<string, string>()

let live: Live | null = null
let wanted = new Map<string, { count: number; leave: (() => void) | null }>()

/** Renews cached answers from a job row that the server sent (live, or as the answer of an action). */
export const applyJob = (job: Job): void => {
  queryClient.setQueriesData({ queryKey: ['jobs'] }, (cached: unknown) => patchJobs(cached, job))
  // Questions are asked about a subject and are no work on it: no list shows them.
  const lists = isQuestion(job.kind) ? [] : renewedBy(job.subjectType)
  const own = lists[0]
  if (own) queryClient.setQueriesData({ queryKey: pathKey(own) }, (cached: unknown) => patchSubject(cached, job))
  const state = `${job.attempt}:${job.state}`
  if (lastState.get(job.id) === state) return
  // A change of state moves rows between lists and may have changed the subject itself: read those again.
  lastState.set(job.id, state)
  void renew('/jobs', '/queues', ...lists)
}

const onStatus = (status: LiveStatus) => {
  if (status === 'live') touch()
  noteSocket(status === 'live')
}

// Whatever happened while the line was down: read what is on screen again, and let event tails close their gaps.
useLiveStatus.subscribe(({ status }, before) => {
  if (status !== 'live' || before.status === 'live') return
  void queryClient.invalidateQueries()
  for (const listener of reconnectListeners) listener()
})

/** Opens the socket (idempotent). The session cookie must be there. */
export const openSocket = (): void => {
  if (live) return
  live = connectLive(
    {
      onStatus,
      onJob: (job) => {
        touch()
        applyJob(job)
      },
      onJobEvent: (event) => {
        touch()
        for (const listener of eventListeners.get(event.jobId) ?? []) listener(event)
      },
      onRunValues: (values) => {
        touch()
        for (const listener of runListeners.get(values.runId) ?? []) listener(values)
      },
      onSystem: (sample) => {
        touch()
        for (const listener of sampleListeners) listener(sample)
      },
    },
    { baseUrl: window.location.origin },
  )
  for (const [channel, entry] of wanted) entry.leave = live.subscribe(channel)
  joinChannel(JOBS_CHANNEL)
}

export const closeSocket = (): void => {
  live?.close()
  live = null
  wanted = new Map()
  lastState.clear()
  noteSocket(false)
}

/** Joins a channel, now or as soon as the socket is open; the returned function leaves it. */
export const joinChannel = (channel: string): (() => void) => {
  const entry = wanted.get(channel) ?? { count: 0, leave: null }
  entry.count += 1
  wanted.set(channel, entry)
  if (entry.count === 1) entry.leave = live?.subscribe(channel) ?? null
  let left = false
  return () => {
    if (left) return
    left = true
    entry.count -= 1
    if (entry.count > 0) return
    entry.leave?.()
    wanted.delete(channel)
  }
}

const listen = <T>(set: Set<T>, listener: T): (() => void) => {
  set.add(listener)
  return () => void set.delete(listener)
}

/** Adds to the listeners of one name; the returned function takes off again. */
const listenTo = <T>(all: Map<string, Set<T>>, name: string, listener: T): (() => void) => {
  const set = all.get(name) ?? new Set()
  all.set(name, set)
  set.add(listener)
  return () => {
    set.delete(listener)
    if (set.size === 0) all.delete(name)
  }
}

export const onJobEvents = (jobId: string, listener: Listener<JobEventMessage>): (() => void) =>
  listenTo(eventListeners, jobId, listener)
/** Values of a run as they are stored; its channel must be joined. */
export const onRunValues = (runId: string, listener: Listener<RunValues>): (() => void) =>
  listenTo(runListeners, runId, listener)
export const onSystemSample = (listener: Listener<SystemSample>): (() => void) => listen(sampleListeners, listener)
export const onReconnect = (listener: () => void): (() => void) => listen(reconnectListeners, listener)
