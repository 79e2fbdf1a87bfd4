// A job row as the contracts show it.
import {
  ErrorBodySchema,
  type Job,
  JobControlSchema,
  type JobEvent,
  JobKindSchema,
  JobProgressSchema,
  JobStateSchema,
  QueueClassSchema,
  SubjectTypeSchema,
} from '@mistudio/contracts'
import { iso, isoOrNull } from '../common/time.js'
import type { JobEvent as JobEventRow, Job as JobRow } from '../generated/prisma/client.js'

export const toJob = (row: JobRow): Job => ({
  id: row.id,
  kind: JobKindSchema.parse(row.kind),
  queue: QueueClassSchema.parse(row.queue),
  state: JobStateSchema.parse(row.state),
  control: JobControlSchema.parse(row.control),
  subjectType: SubjectTypeSchema.parse(row.subjectType),
  subjectId: row.subjectId,
  title: row.title,
  attempt: row.attempt,
  crashes: row.crashes,
  progress: JobProgressSchema.nullable().parse(row.progress),
  result: row.result,
  error: ErrorBodySchema.nullable().parse(row.error),
  owner: row.owner,
  heartbeatAt: isoOrNull(row.heartbeatAt),
  createdAt: iso(row.createdAt),
  startedAt: isoOrNull(row.startedAt),
  finishedAt: isoOrNull(row.finishedAt),
  seq: row.seq,
})

export const toJobEvent = (row: JobEventRow): JobEvent => ({
  jobId: row.jobId,
  seq: row.seq,
  at: iso(row.at),
  type: row.type,
  payload: row.payload,
})
