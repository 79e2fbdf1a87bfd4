// A row of the job table as the contracts' Job.
import { type Job, JobSchema } from '@mistudio/contracts'

export interface JobRow {
  readonly id: string
  readonly kind: string
  readonly queue: string
  readonly state: string
  readonly control: string
  readonly subject_type: string
  readonly subject_id: string
  readonly title: string
  readonly params: unknown
  readonly attempt: number
  readonly dispatch: number
  readonly crashes: number
  readonly reached: unknown
  readonly owner: string | null
  readonly heartbeat_at: Date | null
  readonly progress: unknown
  readonly result: unknown
  readonly error: unknown
  readonly seq: number
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
}

/** Owner and attempt prove who may write: the fence. */
export interface Fence {
  readonly id: string
  readonly owner: string
  readonly attempt: number
}

const time = (date: Date | null): string | null => date?.toISOString() ?? null

/** @throws ZodError when the row holds what the contracts do not know (a newer version wrote it). */
export const jobFromRow = (row: JobRow): Job =>
  JobSchema.parse({
    id: row.id,
    kind: row.kind,
    queue: row.queue,
    state: row.state,
    control: row.control,
    subjectType: row.subject_type,
    subjectId: row.subject_id,
    title: row.title,
    attempt: row.attempt,
    crashes: row.crashes,
    progress: row.progress,
    result: row.result ?? null,
    error: row.error,
    owner: row.owner,
    heartbeatAt: time(row.heartbeat_at),
    createdAt: time(row.created_at),
    startedAt: time(row.started_at),
    finishedAt: time(row.finished_at),
    seq: row.seq,
  })
