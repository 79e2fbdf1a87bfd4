// The job ledger: every long work of the product is one of these, from a file import to a training.
import { z } from 'zod'
import { IdSchema, TimeSchema } from '../common/envelope.js'
import { ErrorBodySchema } from '../common/errors.js'
import { type QueueClass, QueueClassSchema } from '../definition/index.js'
import { jobKinds, subjectTypes } from './names.js'

/** Kinds of work, and what it is done on; the rooms say which there are. */
export const JobKindSchema = jobKinds.schema
export const SubjectTypeSchema = subjectTypes.schema

/** How long a job of the queue `questions` may run before its runner is ended and replaced, so that one hostile file keeps nobody waiting. */
export const QUESTION_SECONDS = 20

/** Name of the BullMQ queue of a class; its entries carry only `{id}` of the job row. */
export const queueName = (queue: QueueClass): string => `mistudio-${queue}`

export const JobStateSchema = z.enum([
  'queued',
  'running',
  'paused',
  'completed',
  'completed_with_errors',
  'failed',
  'cancelled',
])
export type JobState = z.infer<typeof JobStateSchema>
export const TERMINAL_STATES: readonly JobState[] = ['completed', 'completed_with_errors', 'failed', 'cancelled']

/** Guarded transitions of the ledger; anything else is a `wrong_state` error. */
export const JOB_TRANSITIONS: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ['running', 'cancelled', 'paused', 'failed'],
  running: ['paused', 'completed', 'completed_with_errors', 'failed', 'cancelled', 'queued'],
  paused: ['queued', 'cancelled'],
  completed: [],
  completed_with_errors: ['queued'],
  failed: ['queued'],
  cancelled: ['queued'],
}

export const JobControlSchema = z.enum(['run', 'pause', 'stop', 'cancel'])
export type JobControl = z.infer<typeof JobControlSchema>

export const JobActionSchema = z.enum(['cancel', 'pause', 'resume', 'stop', 'retry'])
export type JobAction = z.infer<typeof JobActionSchema>

/** Progress of a job. `fraction` null means: not known yet (show an indeterminate bar, never an invented number). */
export const JobProgressSchema = z.object({
  stage: z.string(),
  fraction: z.number().min(0).max(1).nullable(),
  done: z.number().nullable().optional(),
  total: z.number().nullable().optional(),
  unit: z.string().optional(),
  /** Units per second over the recent past. */
  rate: z.number().nullable().optional(),
  etaSeconds: z.number().nullable().optional(),
})
export type JobProgress = z.infer<typeof JobProgressSchema>

export const JobSchema = z.object({
  id: IdSchema,
  kind: JobKindSchema,
  queue: QueueClassSchema,
  state: JobStateSchema,
  control: JobControlSchema,
  subjectType: SubjectTypeSchema,
  subjectId: IdSchema,
  /** Name of the subject at the time the job was made. */
  title: z.string(),
  attempt: z.int(),
  crashes: z.int(),
  progress: JobProgressSchema.nullable(),
  result: z.unknown().nullable(),
  error: ErrorBodySchema.nullable(),
  owner: z.string().nullable(),
  heartbeatAt: TimeSchema.nullable(),
  createdAt: TimeSchema,
  startedAt: TimeSchema.nullable(),
  finishedAt: TimeSchema.nullable(),
  /** Sequence number of the newest event. */
  seq: z.int(),
})
export type Job = z.infer<typeof JobSchema>

export const JobListQuerySchema = z.object({
  state: JobStateSchema.optional(),
  active: z.stringbool().optional(),
  kind: JobKindSchema.optional(),
  subjectId: IdSchema.optional(),
  /** Include the short questions. */
  questions: z.stringbool().default(false),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type JobListQuery = z.infer<typeof JobListQuerySchema>

export const MetricValuesSchema = z.record(z.string(), z.number().nullable())
/** Values of one step by key. null = not a finite number at that step (shown as a gap, never as zero). */
export type MetricValues = z.infer<typeof MetricValuesSchema>

/** Types of job events. `state` carries a Job; `log` {level, message}; the rest belongs to rooms. */
export const JobEventSchema = z.object({
  jobId: IdSchema,
  seq: z.int(),
  at: TimeSchema,
  type: z.string(),
  payload: z.unknown(),
})
export type JobEvent = z.infer<typeof JobEventSchema>

export const LogPayloadSchema = z.object({ level: z.enum(['info', 'warn', 'error']), message: z.string() })
export const EventsQuerySchema = z.object({
  after: z.coerce.number().int().min(-1).default(-1),
  limit: z.coerce.number().int().min(1).max(5000).default(1000),
})
