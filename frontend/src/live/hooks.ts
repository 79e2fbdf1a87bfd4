// React's way to the live state: channels, machine samples, jobs and their actions.
import {
  type Job,
  type JobAction,
  type SubjectType,
  SYSTEM_CHANNEL,
  type SystemSample,
  subjectChannel,
  TERMINAL_STATES,
} from '@mistudio/contracts'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { toast } from '../ui/index.js'
import { api } from './client.js'
import { applyJob, joinChannel, onSystemSample } from './socket.js'

/** Joins a channel while mounted: job messages and job events of that subject then arrive. null joins nothing. */
const useChannel = (channel: string | null): void => {
  useEffect(() => (channel ? joinChannel(channel) : undefined), [channel])
}

/** `useChannel(subjectChannel(type, id))`. */
export const useSubject = (type: SubjectType, id: string | null | undefined): void =>
  useChannel(id ? subjectChannel(type, id) : null)

/** Calls back with every machine sample (one each 2 s) while mounted. */
export const useSystemSamples = (onSample: (sample: SystemSample) => void): void => {
  const latest = useRef(onSample)
  latest.current = onSample
  useChannel(SYSTEM_CHANNEL)
  useEffect(() => onSystemSample((sample) => latest.current(sample)), [])
}

export const isTerminal = (job: Pick<Job, 'state'>): boolean => TERMINAL_STATES.includes(job.state)
export const isActive = (job: Pick<Job, 'state'> | null | undefined): boolean => Boolean(job && !isTerminal(job))

/** How long data about running work may stand still before it is asked for (ms). */
export const STALE_AFTER_MS = 5000

/**
 * `refetchInterval` for queries that embed jobs: while `busy(data)` holds, asks again when nothing renewed the answer for 5 s.
 * A live message renews it, so with a healthy socket this never asks.
 */
export const pollWhile =
  <T>(busy: (data: T) => boolean) =>
  (query: { state: { data: T | undefined } }): number | false =>
    query.state.data !== undefined && busy(query.state.data) ? STALE_AFTER_MS : false

const embeds = (value: unknown): value is { job: Job | null } =>
  typeof value === 'object' && value !== null && 'job' in value

/** Whether an answer holds running work: a job, a subject with one, a list or a page of either. */
export const holdsActiveJob = (data: unknown): boolean => {
  if (Array.isArray(data)) return data.some(holdsActiveJob)
  if (typeof data !== 'object' || data === null) return false
  if ('items' in data) return holdsActiveJob(data.items)
  if (embeds(data)) return isActive(data.job)
  return 'state' in data && 'queue' in data && isActive(data as Job)
}

/** pause, resume, stop, cancel, retry. The answer renews every place that shows the job; a refusal is shown as a toast. */
export const useJobAction = () =>
  useMutation({
    mutationFn: ({ id, action }: { id: string; action: JobAction }) => api.jobAction({ params: { id, action } }),
    onSuccess: applyJob,
    onError: (error) => toast.error(error),
  })
