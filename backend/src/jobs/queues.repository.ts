// What works and what waits, as the database has it. The order of the queue is that of the ledger; BullMQ only delivers.
import { JobKindSchema, QueueClassSchema, type Queues } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database } from '../common/database.js'

interface ActiveRow {
  readonly id: string
  readonly queue: string
  readonly kind: string
  readonly title: string
  readonly state: string
}

@Injectable()
export class QueuesRepository {
  constructor(private readonly database: Database) {}

  async queues(): Promise<Queues> {
    const [workers, { rows }] = await Promise.all([
      this.workers(),
      this.database.pool.query<ActiveRow>(
        `SELECT id, queue, kind, title, state FROM job WHERE state IN ('queued', 'running') ORDER BY queued_at, id`,
      ),
    ])
    const pools = QueueClassSchema.options.map((queue) => {
      const own = rows.filter((row) => row.queue === queue)
      return {
        queue,
        running: own
          .filter(({ state }) => state === 'running')
          .map(({ id, kind, title }) => ({ id, kind: JobKindSchema.parse(kind), title })),
        waiting: own.filter(({ state }) => state === 'queued').map(({ id }) => id),
      }
    })
    return { workers, pools }
  }

  /** Seconds since the worker that was heard last; null when there is none. */
  async silence(): Promise<number | null> {
    return (await this.workers())[0]?.silentSeconds ?? null
  }

  private async workers(): Promise<Queues['workers']> {
    const { rows } = await this.database.pool.query<{ id: string; silence: number }>(
      `SELECT id, extract(epoch FROM clock_timestamp() - heartbeat_at)::float8 AS silence FROM worker_process
       ORDER BY heartbeat_at DESC LIMIT 100`,
    )
    return rows.map(({ id, silence }) => {
      return { id, silentSeconds: Math.max(0, silence) }
    })
  }
}
