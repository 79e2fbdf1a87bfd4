// Messages between the worker's supervisor and a runner process. Both sides parse what they receive.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'
import { ErrorBodySchema } from '../common/errors.js'
import { METRIC_PATH_LENGTH } from '../runs/schemas.js'
import { JobKindSchema, JobProgressSchema } from './schemas.js'

export const ToRunnerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    job: z.object({
      id: IdSchema,
      kind: JobKindSchema,
      subjectId: IdSchema,
      attempt: z.int(),
      owner: z.string(),
      params: z.unknown(),
    }),
  }),
  z.object({
    type: z.literal('control'),
    jobId: IdSchema,
    control: z.enum(['run', 'pause', 'stop', 'cancel', 'suspend']),
  }),
  /** Everything up to report number `upTo` is stored. */
  z.object({ type: z.literal('ack'), jobId: IdSchema, upTo: z.int() }),
  z.object({ type: z.literal('exit') }),
])
export type ToRunner = z.infer<typeof ToRunnerSchema>

/** Measured numbers as they are, NaN and infinities too: messages between processes of a worker hold them. */
const MeasuredSchema = z.record(
  z.string().min(1).max(METRIC_PATH_LENGTH),
  z.custom<number>((value) => typeof value === 'number'),
)

/** One report of a runner; `n` counts per job from 1 so that it can be acknowledged. */
export const ReportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), progress: JobProgressSchema }),
  z.object({ kind: z.literal('metrics'), step: z.int(), values: MeasuredSchema, runId: IdSchema.optional() }),
  z.object({ kind: z.literal('event'), type: z.string(), payload: z.unknown() }),
  z.object({ kind: z.literal('log'), level: z.enum(['info', 'warn', 'error']), message: z.string() }),
])
export type Report = z.infer<typeof ReportSchema>

export const FromRunnerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), pid: z.int() }),
  /** Nothing but that its process still hears and speaks. */
  z.object({ type: z.literal('beat') }),
  z.object({ type: z.literal('report'), jobId: IdSchema, n: z.int(), report: ReportSchema }),
  z.object({
    type: z.literal('outcome'),
    jobId: IdSchema,
    outcome: z.discriminatedUnion('state', [
      z.object({ state: z.literal('completed'), result: z.unknown() }),
      z.object({ state: z.literal('completed_with_errors'), result: z.unknown() }),
      z.object({ state: z.literal('paused') }),
      z.object({ state: z.literal('suspended') }),
      z.object({ state: z.literal('cancelled') }),
      z.object({ state: z.literal('failed'), error: ErrorBodySchema }),
    ]),
  }),
])
export type FromRunner = z.infer<typeof FromRunnerSchema>
