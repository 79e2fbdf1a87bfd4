// What works and what waits: the workers with the age of their last sign of life, and each pool of runners with its queue.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'
import { QueueClassSchema } from '../definition/index.js'
import { JobKindSchema } from './schemas.js'

/** How often a worker reports itself. */
export const WORKER_BEAT_SECONDS = 5
/** A worker that was not heard for this long does not answer: two beats are missing. */
export const WORKER_SILENT_SECONDS = 12

/** How often a runner at work lets its worker hear from it, whatever it reports. */
export const RUNNER_BEAT_SECONDS = 5
/** A runner that was not heard for this long may hang: no step of any job keeps a process from speaking so long. */
export const RUNNER_SILENT_SECONDS = 30
/** After so much silence its worker ends it, and the job goes on from what it stored last. */
export const RUNNER_ENDED_SECONDS = 600

const AtWorkSchema = z.object({
  id: IdSchema,
  kind: JobKindSchema,
  title: z.string(),
  /** Seconds since its runner was heard, as its worker told; null before the worker told anything. */
  silentSeconds: z.number().nullable(),
})

export const PoolSchema = z.object({
  queue: QueueClassSchema,
  /** What runs now; short questions too, for they take the same runner. */
  running: z.array(AtWorkSchema),
  /** Ids of what waits, in the order in which it will be taken. */
  waiting: z.array(IdSchema),
})
export type Pool = z.infer<typeof PoolSchema>

export const QueuesSchema = z.object({
  /** The one heard last comes first. Ages are by the server's clock, so no other clock has to agree with it. */
  workers: z.array(z.object({ id: z.string(), silentSeconds: z.number() })),
  pools: z.array(PoolSchema),
})
export type Queues = z.infer<typeof QueuesSchema>
