// What a job waits for, and whether anybody works at all: words made of the state of the queues. Pure; the caller brings the clock.
import {
  type Job,
  type Queues,
  RUNNER_ENDED_SECONDS,
  RUNNER_SILENT_SECONDS,
  WORKER_SILENT_SECONDS,
} from '@mistudio/contracts'
import { formatCount, formatDuration } from '../ui/format.js'
import { kindLabel } from './prepare.js'

/** The queues as the server told them, and how old that answer is by now. */
export interface QueuesNow {
  readonly queues: Queues
  readonly ageSeconds: number
}

/** Seconds since a worker was heard: the one that owns the job, else the one heard last. Null: there is none. */
export const workerSilence = ({ queues, ageSeconds }: QueuesNow, owner: string | null = null): number | null => {
  const worker = queues.workers.find(({ id }) => id === owner) ?? queues.workers[0]
  return worker ? worker.silentSeconds + ageSeconds : null
}

export const isSilentWorker = (silence: number | null): boolean => silence === null || silence >= WORKER_SILENT_SECONDS

/** `No worker answers since 12 s`, or null while one does. */
export const silenceText = (silence: number | null): string | null => {
  if (silence === null) return 'No worker is running'
  return isSilentWorker(silence) ? `No worker answers since ${formatDuration(Math.floor(silence))}` : null
}

/** What to say of a running job whose runner has fallen silent although its worker answers; null while it speaks. */
export const hangText = (id: string, { queues, ageSeconds }: QueuesNow): string | null => {
  const told = queues.pools.flatMap(({ running }) => running).find((job) => job.id === id)?.silentSeconds ?? null
  if (told === null || told + ageSeconds < RUNNER_SILENT_SECONDS) return null
  const since = formatDuration(Math.floor(told + ageSeconds))
  return `Its process has not been heard for ${since} and may hang. Cancel ends it within seconds; after ${RUNNER_ENDED_SECONDS / 60} min of silence the worker ends it and the job goes on from what it stored last.`
}

const ENDINGS = ['th', 'st', 'nd', 'rd']
/** 1st, 2nd, 3rd, 4th, 11th, 21st. */
export const ordinal = (place: number): string => {
  const last = place % 100 >= 11 && place % 100 <= 13 ? 0 : place % 10
  return `${formatCount(place)}${ENDINGS[last] ?? 'th'}`
}

/** Why a queued job has not begun: no worker, or what is before it. */
export const waitingText = (job: Pick<Job, 'id' | 'queue'>, now: QueuesNow): string => {
  const silence = silenceText(workerSilence(now))
  if (silence) return `${silence}. It starts when one does.`
  const pool = now.queues.pools.find(({ queue }) => queue === job.queue)
  const at = pool?.waiting.indexOf(job.id) ?? -1
  if (!pool || at < 0) return 'It is about to start.'
  const running = pool.running[0]
  if (at === 0)
    return running ? `1st in line, after ${kindLabel(running.kind)} “${running.title}”.` : 'It is about to start.'
  const first = running ? `${kindLabel(running.kind)} “${running.title}”` : null
  const between = `${formatCount(at)} that ${at === 1 ? 'waits' : 'wait'}`
  return `${ordinal(at + 1)} in line, after ${first ? `${first} and ` : ''}${between}.`
}
