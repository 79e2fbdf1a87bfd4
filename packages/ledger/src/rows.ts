// Rows of jobs and of their events, and the one reading of them as the contracts show them.
import { type Job, type JobEvent, JobSchema } from '@mistudio/contracts'
import type { RowOf, Types } from '@mistudio/sql'

export const JOB = {
  id: 'uuid',
  kind: 'text',
  queue: 'text',
  state: 'text',
  control: 'text',
  subjectType: 'text',
  subjectId: 'uuid',
  title: 'text',
  params: 'jsonb',
  attempt: 'int',
  dispatch: 'int',
  crashes: 'int',
  reached: 'jsonb',
  owner: 'text?',
  heartbeatAt: 'timestamptz?',
  progress: 'jsonb?',
  result: 'jsonb?',
  error: 'jsonb?',
  seq: 'int',
  createdAt: 'timestamptz',
  startedAt: 'timestamptz?',
  finishedAt: 'timestamptz?',
} as const satisfies Types
export type JobRow = RowOf<typeof JOB>

export const EVENT = {
  jobId: 'uuid',
  seq: 'int',
  at: 'timestamptz',
  type: 'text',
  payload: 'jsonb',
} as const satisfies Types
type EventRow = RowOf<typeof EVENT>

const time = (date: Date | null): string | null => date?.toISOString() ?? null

/** @throws ZodError when the row holds what the contracts do not know (a newer version wrote it). */
export const toJob = (row: JobRow): Job =>
  JobSchema.parse({
    ...row,
    heartbeatAt: time(row.heartbeatAt),
    createdAt: time(row.createdAt),
    startedAt: time(row.startedAt),
    finishedAt: time(row.finishedAt),
  })

export const toEvent = (row: EventRow): JobEvent => ({ ...row, at: row.at.toISOString() })

/** A job after a change, with the events that tell of it, the oldest first: what is published after the commit. */
export interface Changed {
  readonly job: Job
  /** What the contracts do not show: parameters, number of the queue entry, how far its stages came. */
  readonly row: JobRow
  readonly events: readonly JobEvent[]
}
