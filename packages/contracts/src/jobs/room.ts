// The room of the job ledger.
import { z } from 'zod'
import { defineRoom, place, words } from '../definition/index.js'
import { JOBS_CHANNEL } from './channels.js'
import { jobKinds } from './names.js'
import { QueuesSchema } from './queues.js'
import { EventsQuerySchema, JobEventSchema, JobListQuerySchema, JobSchema, JobStateSchema } from './schemas.js'

export * from './channels.js'
export * from './child.js'
export * from './queues.js'
export * from './schemas.js'
export * from './stopped.js'
export * from './warnings.js'

export const jobsRoom = defineRoom({
  name: 'jobs',
  title: 'Jobs',
  work: null,
  folders: null,
  places: {
    jobs: place('/jobs', {
      state: words.oneOf(...JobStateSchema.options),
      kind: words.oneOfAll(jobKinds),
      offset: words.whole,
    }),
    job: place('/jobs/:id', {}),
  },
  channels: [JOBS_CHANNEL],
  routes: {
    listJobs: {
      summary: 'Lists jobs, the newest first.',
      method: 'GET',
      path: '/jobs',
      scope: 'read',
      status: 200,
      query: JobListQuerySchema,
      response: JobSchema,
      paged: true,
    },
    getJob: {
      summary: 'Reads one job.',
      method: 'GET',
      path: '/jobs/:id',
      scope: 'read',
      status: 200,
      response: JobSchema,
    },
    getQueues: {
      summary: 'Tells what each pool works on, what waits for it, and when its workers were last heard.',
      method: 'GET',
      path: '/queues',
      scope: 'read',
      status: 200,
      response: QueuesSchema,
    },
    jobEvents: {
      summary: 'Reads the events of a job after one of them.',
      method: 'GET',
      path: '/jobs/:id/events',
      scope: 'read',
      status: 200,
      query: EventsQuerySchema,
      response: z.array(JobEventSchema),
    },
    jobAction: {
      summary: 'Cancels, pauses, resumes, stops or retries a job.',
      method: 'POST',
      path: '/jobs/:id/:action',
      scope: 'write',
      status: 200,
      response: JobSchema,
    },
  },
})
