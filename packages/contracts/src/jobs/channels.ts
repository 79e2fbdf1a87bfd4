// Names of socket channels and events, once. A client asks to `subscribe`; only the server joins rooms.
import { z } from 'zod'
import { JobEventSchema, JobSchema, type SubjectType } from './index.js'

/** All job rows (state and progress changes): the Jobs drawer. */
export const JOBS_CHANNEL = 'jobs'
/** Machine figures every 2 s while somebody hears them. */
export const SYSTEM_CHANNEL = 'system'
/** Events of the jobs of one subject: `training/{id}`, `extraction/{id}`, `model/{id}`, `dataset/{id}`, `steering/{id}` ... */
export const subjectChannel = (type: SubjectType, id: string): string => `${type}/${id}`

/** Server to client event names. */
export const SOCKET_EVENTS = { job: 'job', jobEvent: 'job-event', system: 'system' } as const
/** Client to server event names. */
export const SOCKET_REQUESTS = { subscribe: 'subscribe', unsubscribe: 'unsubscribe' } as const

export const SubscribeSchema = z.object({ channel: z.string().regex(/^(jobs|system|[a-z]+\/[0-9a-f-]{36})$/) })

/** Payload of `job-event`: on the subject's channel. */
export const JobEventMessageSchema = JobEventSchema.extend({ channel: z.string() })
export type JobEventMessage = z.infer<typeof JobEventMessageSchema>
/** Payload of `job`: on `jobs` and on the subject's channel. */
export const JobMessageSchema = JobSchema
