// The workers' own rows: alive, on which machine, with which runners.
import { type Worker, WorkerSchema } from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'

const FORGET_AFTER_SECONDS = 86_400

const beaten = statement({
  params: { id: 'text', hostname: 'text', pid: 'int', runners: 'jsonb', forget: 'int' },
  sql: (p) =>
    `WITH forgotten AS (
       DELETE FROM worker_process WHERE id <> ${p.id} AND heartbeat_at < now() - ${p.forget} * interval '1 second')
     INSERT INTO worker_process (id, hostname, pid, runners) VALUES (${p.id}, ${p.hostname}, ${p.pid}, ${p.runners})
     ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), runners = EXCLUDED.runners`,
})

/** Says that a worker is alive, and forgets those that have not been for a day. */
export const beat = (
  db: Sql,
  { id, hostname, pid, runners }: Pick<Worker, 'id' | 'hostname' | 'pid' | 'runners'>,
): Promise<void> => beaten.run(db, { id, hostname, pid, runners, forget: FORGET_AFTER_SECONDS })

const gone = statement({ params: { id: 'text' }, sql: (p) => `DELETE FROM worker_process WHERE id = ${p.id}` })

export const sayGoodbye = (db: Sql, id: string): Promise<void> => gone.run(db, { id })

/** A worker as it told of itself last. */
export interface Told extends Omit<Worker, 'alive'> {
  /** Since it was heard, by the database's clock, so no other clock has to agree with it. */
  readonly silentSeconds: number
}

const heard = statement({
  params: { limit: 'int' },
  columns: {
    id: 'text',
    hostname: 'text',
    pid: 'int',
    runners: 'jsonb',
    startedAt: 'timestamptz',
    heartbeatAt: 'timestamptz',
    silence: 'float8',
  },
  sql: (p) =>
    `SELECT id, hostname, pid, runners, started_at AS "startedAt", heartbeat_at AS "heartbeatAt",
       extract(epoch FROM clock_timestamp() - heartbeat_at)::float8 AS silence
     FROM worker_process ORDER BY heartbeat_at DESC LIMIT ${p.limit}`,
})

/** The workers, the one heard last first. */
export const readWorkers = async (db: Sql): Promise<Told[]> =>
  (await heard.all(db, { limit: 100 })).map(({ id, hostname, pid, runners, startedAt, heartbeatAt, silence }) => {
    return {
      id,
      hostname,
      pid,
      startedAt: startedAt.toISOString(),
      heartbeatAt: heartbeatAt.toISOString(),
      silentSeconds: Math.max(0, silence),
      runners: WorkerSchema.shape.runners.parse(runners),
    }
  })
