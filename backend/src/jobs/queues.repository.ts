// What works and what waits, as the database has it. The order of the queue is that of the ledger; BullMQ only delivers.
import { QueueClassSchema, type Queues } from '@mistudio/contracts'
import { inQueues, readWorkers, type Told } from '@mistudio/ledger'
import { Injectable } from '@nestjs/common'
import { Database } from '../common/database.js'

@Injectable()
export class QueuesRepository {
  constructor(private readonly database: Database) {}

  async queues(): Promise<Queues> {
    const { pool } = this.database
    const [workers, jobs] = await Promise.all([readWorkers(pool), inQueues(pool)])
    const silences = silencesOf(workers)
    const pools = QueueClassSchema.options.map((queue) => {
      const own = jobs.filter((job) => job.queue === queue)
      return {
        queue,
        running: own
          .filter(({ state }) => state === 'running')
          .map(({ id, kind, title }) => ({ id, kind, title, silentSeconds: silences.get(id) ?? null })),
        waiting: own.filter(({ state }) => state === 'queued').map(({ id }) => id),
      }
    })
    return { workers: workers.map(({ id, silentSeconds }) => ({ id, silentSeconds })), pools }
  }

  /** Seconds since the worker that was heard last; null when there is none. */
  async silence(): Promise<number | null> {
    return (await readWorkers(this.database.pool))[0]?.silentSeconds ?? null
  }
}

/** Of each job at work, how long its runner has been silent: up to the beat that told it, and since. */
function silencesOf(workers: readonly Told[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const { silentSeconds, runners } of workers)
    for (const { jobId, silentSeconds: before } of runners)
      if (jobId !== null && before !== null && !found.has(jobId)) found.set(jobId, before + silentSeconds)
  return found
}
