// Rows of the ledger. Every change of a job is one statement that names the state it expects, with its event in the same transaction.

import {
  type Job,
  type JobEvent,
  type JobInput,
  type JobKind,
  type JobListQuery,
  jobOf,
  QUESTION_KINDS,
  TERMINAL_STATES,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import { holdRows } from '../common/hold.js'
import { Prisma } from '../generated/prisma/client.js'
import type { Change } from './job.actions.js'
import { toJob, toJobEvent } from './job.mapper.js'

/** A job to be stored; the type of its subject and its queue are those of its kind. */
export interface JobOf<K extends JobKind> {
  readonly kind: K
  readonly subjectId: string
  readonly title: string
  readonly params: JobInput<K>
}
export type NewJob = { [K in JobKind]: JobOf<K> }[JobKind]

/** A job after a change, with the event that tells of it. */
export interface Changed {
  readonly job: Job
  readonly event: JobEvent
  readonly dispatch: number
}

const QUESTIONS = [...QUESTION_KINDS]
const TERMINAL = [...TERMINAL_STATES]

@Injectable()
export class JobsRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, id: string, job: NewJob): Promise<Changed> {
    const { queue, subject } = jobOf(job.kind)
    const row = await tx.job.create({
      data: { ...job, id, queue, subjectType: subject, params: toJson(job.params), seq: 0 },
    })
    return this.tell(tx, toJob(row), row.dispatch)
  }

  /** Applies a change if the job still is as `from`; null when somebody was faster. @throws AppError `conflict` when it is to run and its subject is gone. */
  change(from: Job, change: Change): Promise<Changed | null> {
    return this.database.transaction(async (tx) => {
      const now = new Date()
      const requeued = change.state === 'queued' && from.state !== 'queued'
      if (requeued) await holdRows(tx, [{ type: from.subjectType, id: from.subjectId }])
      const { count } = await tx.job.updateMany({
        where: { id: from.id, state: from.state, control: from.control },
        data: {
          state: change.state,
          control: change.control,
          seq: { increment: 1 },
          ...(TERMINAL.includes(change.state) ? { finishedAt: now, owner: null, leaseUntil: null } : {}),
          ...(requeued ? { queuedAt: now, dispatch: { increment: 1 } } : {}),
          ...(change.fresh
            ? {
                crashes: 0,
                reached: {},
                startedAt: null,
                finishedAt: null,
                progress: Prisma.DbNull,
                error: Prisma.DbNull,
                result: Prisma.DbNull,
              }
            : {}),
        },
      })
      if (count === 0) return null
      const row = await tx.job.findUniqueOrThrow({ where: { id: from.id } })
      return this.tell(tx, toJob(row), row.dispatch)
    })
  }

  private async tell(tx: Tx, job: Job, dispatch: number): Promise<Changed> {
    const row = await tx.jobEvent.create({
      data: { jobId: job.id, seq: job.seq, type: 'state', payload: toJson(job) },
    })
    return { job, event: toJobEvent(row), dispatch }
  }

  async find(id: string): Promise<Job | null> {
    const row = await this.database.prisma.job.findUnique({ where: { id } })
    return row ? toJob(row) : null
  }

  async list(query: JobListQuery): Promise<{ items: Job[]; total: number }> {
    const where: Prisma.JobWhereInput = {
      AND: [
        query.questions ? {} : { kind: { notIn: QUESTIONS } },
        query.kind ? { kind: query.kind } : {},
        query.state ? { state: query.state } : {},
        query.active === undefined ? {} : { state: query.active ? { notIn: TERMINAL } : { in: TERMINAL } },
        query.subjectId ? { subjectId: query.subjectId } : {},
      ],
    }
    const [rows, total] = await Promise.all([
      this.database.prisma.job.findMany({
        where,
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
        skip: query.offset,
        take: query.limit,
      }),
      this.database.prisma.job.count({ where }),
    ])
    return { items: rows.map(toJob), total }
  }

  async events(jobId: string, after: number, limit: number): Promise<JobEvent[]> {
    const where = { jobId, seq: { gt: after } }
    const rows = await this.database.prisma.jobEvent.findMany({ where, orderBy: { seq: 'asc' }, take: limit })
    return rows.map(toJobEvent)
  }

  /** The newest job of each subject, short questions left out. */
  async newestOf(subjectIds: readonly string[]): Promise<Map<string, Job>> {
    if (subjectIds.length === 0) return new Map()
    const newest = await this.database.prisma.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT ON (subject_id) id FROM job
      WHERE subject_id = ANY(${[...subjectIds]}::uuid[]) AND kind <> ALL(${QUESTIONS}::text[]) AND subject_type <> 'system'
      ORDER BY subject_id, created_at DESC, id`
    const rows = await this.database.prisma.job.findMany({ where: { id: { in: newest.map(({ id }) => id) } } })
    return new Map(rows.map((row) => [row.subjectId, toJob(row)]))
  }

  /** Jobs of these subjects that have not ended. */
  async activeOf(subjectIds: readonly string[], db: Tx = this.database.prisma): Promise<Job[]> {
    const where = { subjectId: { in: [...subjectIds] }, state: { notIn: TERMINAL }, subjectType: { not: 'system' } }
    return (await db.job.findMany({ where })).map(toJob)
  }

  /** Deletes streamed text of jobs that ended an hour ago: their results hold it. */
  async pruneStreams(): Promise<void> {
    const job = { state: { in: TERMINAL }, finishedAt: { lt: new Date(Date.now() - 3_600_000) } }
    await this.database.prisma.jobEvent.deleteMany({ where: { type: 'tokens', job } })
  }

  /** Deletes ended questions older than a day. */
  async pruneQuestions(): Promise<void> {
    const createdAt = { lt: new Date(Date.now() - 86_400_000) }
    await this.database.prisma.job.deleteMany({
      where: { kind: { in: QUESTIONS }, state: { in: TERMINAL }, createdAt },
    })
  }
}
