// What works and what waits, as the database has it. The order of the queue is that of the ledger; BullMQ only delivers.
import { JobKindSchema, QueueClassSchema, type Queues, type Worker, WorkerSchema } from '@mistudio/contracts'
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
    const [beats, { rows }] = await Promise.all([
      this.beats(),
      this.database.pool.query<ActiveRow>(
        `SELECT id, queue, kind, title, state FROM job WHERE state IN ('queued', 'running') ORDER BY queued_at, id`,
      ),
    ])
    const silences = silencesOf(beats)
    const workers = beats.map(({ id, silentSeconds }) => ({ id, silentSeconds }))
    const pools = QueueClassSchema.options.map((queue) => {
      const own = rows.filter((row) => row.queue === queue)
      return {
        queue,
        running: own
          .filter(({ state }) => state === 'running')
          .map(({ id, kind, title }) => ({
            id,
            kind: JobKindSchema.parse(kind),
            title,
            silentSeconds: silences.get(id) ?? null,
          })),
        waiting: own.filter(({ state }) => state === 'queued').map(({ id }) => id),
      }
    })
    return { workers, pools }
  }

  /** Seconds since the worker that was heard last; null when there is none. */
  async silence(): Promise<number | null> {
    return (await this.beats())[0]?.silentSeconds ?? null
  }

  /** The newest beat of each worker, the one heard last first. */
  private async beats(): Promise<Beat[]> {
    const { rows } = await this.database.pool.query<{ id: string; silence: number; runners: unknown }>(
      `SELECT id, extract(epoch FROM clock_timestamp() - heartbeat_at)::float8 AS silence, runners FROM worker_process
       ORDER BY heartbeat_at DESC LIMIT 100`,
    )
    return rows.map(({ id, silence, runners }) => {
      return { id, silentSeconds: Math.max(0, silence), runners: WorkerSchema.shape.runners.parse(runners) }
    })
  }
}

interface Beat {
  readonly id: string
  readonly silentSeconds: number
  readonly runners: Worker['runners']
}

/** Of each job at work, how long its runner has been silent: up to the beat that told it, and since. */
function silencesOf(beats: readonly Beat[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const { silentSeconds, runners } of beats)
    for (const { jobId, silentSeconds: before } of runners)
      if (jobId !== null && before !== null && !found.has(jobId)) found.set(jobId, before + silentSeconds)
  return found
}
