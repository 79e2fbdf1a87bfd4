// Names of channels and events between processes, once. A client asks to `subscribe`; only the server joins rooms.
import { z } from 'zod'
import type { SubjectType } from '../derived.js'
import { JobEventSchema } from './schemas.js'

/** All job rows (state and progress changes): the Jobs drawer. */
export const JOBS_CHANNEL = 'jobs'
/** Events of the jobs of one subject: `training/{id}`, `extraction/{id}`, `model/{id}`, `dataset/{id}`, `steering/{id}` ... */
export const subjectChannel = (type: SubjectType, id: string): string => `${type}/${id}`

/** Between worker and backend, in Redis: the ids of jobs that ended. */
export const JOB_DONE_CHANNEL = 'mistudio:job-done'

/** Server to client event names. */
export const SOCKET_EVENTS = { job: 'job', jobEvent: 'job-event', system: 'system', runValues: 'run-values' } as const
/** Client to server event names. */
export const SOCKET_REQUESTS = { subscribe: 'subscribe', unsubscribe: 'unsubscribe' } as const

export const SubscribeSchema = z.object({ channel: z.string().max(100) })

/** Payload of `job-event`: on the subject's channel. */
export const JobEventMessageSchema = JobEventSchema.extend({ channel: z.string() })
export type JobEventMessage = z.infer<typeof JobEventMessageSchema>
