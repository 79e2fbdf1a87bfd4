// The ledger on the connections of this process; changes of jobs are transactions.
import { randomUUID } from 'node:crypto'
import { type Job, type JobEvent, type JobListQuery, jobOf } from '@mistudio/contracts'
import {
  activeOf,
  type Change,
  type Changed,
  change,
  listJobs,
  type NewJob,
  newestOf,
  prune,
  readEvents,
  readJob,
  requeues,
  submit,
} from '@mistudio/ledger'
import { Injectable } from '@nestjs/common'
import { Database, sqlOf, type Tx } from '../common/database.js'
import { holdRows } from '../common/hold.js'

@Injectable()
export class JobsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Stores the job, and whatever `withSubject` writes, in one transaction. Without `withSubject` the subject must be there.
   * @throws AppError `conflict` when it is not.
   */
  submit(job: NewJob, withSubject?: (tx: Tx) => Promise<void>): Promise<Changed> {
    return this.database.transaction(async (tx) => {
      if (withSubject) await withSubject(tx)
      else await holdRows(tx, [{ type: jobOf(job.kind).subject, id: job.subjectId }])
      return submit(sqlOf(tx), randomUUID(), job)
    })
  }

  /** Applies a change if the job still is as `from`; null when somebody was faster. @throws AppError `conflict` when it is to run and its subject is gone. */
  change(from: Job, to: Change): Promise<Changed | null> {
    return this.database.transaction(async (tx) => {
      if (requeues(from, to)) await holdRows(tx, [{ type: from.subjectType, id: from.subjectId }])
      return change(sqlOf(tx), from, to)
    })
  }

  find(id: string): Promise<Job | null> {
    return readJob(this.database.pool, id)
  }

  list(query: JobListQuery): Promise<{ items: Job[]; total: number }> {
    return listJobs(this.database.pool, query)
  }

  events(id: string, after: number, limit: number): Promise<JobEvent[]> {
    return readEvents(this.database.pool, id, after, limit)
  }

  /** The newest job of each subject, short questions left out. */
  newestOf(subjectIds: readonly string[]): Promise<Map<string, Job>> {
    return newestOf(this.database.pool, subjectIds)
  }

  /** Jobs of these subjects that have not ended. */
  activeOf(subjectIds: readonly string[], tx?: Tx): Promise<Job[]> {
    return activeOf(tx ? sqlOf(tx) : this.database.pool, subjectIds)
  }

  prune(): Promise<void> {
    return prune(this.database.pool)
  }
}
