// What a crash or an emptied queue left, put right: jobs whose worker is gone, and jobs whose queue entry is.
import type { ErrorBody, QueueClass } from '@mistudio/contracts'
import { QueueClassSchema } from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'
import { tellState, warning } from './events.js'
import { type Changed, JOB } from './rows.js'
import { LEASE_SECONDS } from './work.js'

/** A queued job may be without an entry for this long. */
const FORGOTTEN_SECONDS = 5
const BATCH = 200
const DISAPPEARED: ErrorBody = {
  code: 'job_crashed',
  message: 'Its worker disappeared again and again without advancing. See the worker log, then retry.',
}

const found = statement({
  params: { forgotten: 'int' },
  columns: { needed: 'boolean' },
  sql: (p) =>
    `SELECT EXISTS (SELECT 1 FROM job WHERE (state = 'running' AND lease_until < now())
       OR (state = 'queued' AND queued_at < now() - ${p.forgotten} * interval '1 second')) AS needed`,
})

/** Whether there is anything to put right: one look, because most of the time there is nothing. */
export const isDisordered = async (db: Sql): Promise<boolean> =>
  (await found.first(db, { forgotten: FORGOTTEN_SECONDS }))?.needed ?? false

const taken = statement({
  params: { most: 'int', error: 'jsonb' },
  columns: JOB,
  sql: (p, columns) =>
    `UPDATE job SET
       state = CASE WHEN control = 'cancel' THEN 'cancelled' WHEN crashes >= ${p.most} THEN 'failed' ELSE 'queued' END,
       error = CASE WHEN control <> 'cancel' AND crashes >= ${p.most} THEN ${p.error} END,
       finished_at = CASE WHEN control = 'cancel' OR crashes >= ${p.most} THEN now() END,
       owner = NULL, lease_until = NULL, crashes = crashes + 1, dispatch = dispatch + 1, queued_at = now(), seq = seq + 2
     WHERE id IN (SELECT id FROM job WHERE state = 'running' AND lease_until < now() FOR UPDATE SKIP LOCKED)
     RETURNING ${columns}`,
})

/**
 * Takes back running jobs whose lease ran out: → queued, cancelled when the user wants that, failed after more than `maxCrashes` deaths
 * without advance. Call inside a transaction.
 */
export async function takeBack(tx: Sql, maxCrashes: number): Promise<Changed[]> {
  const all: Changed[] = []
  for (const row of await taken.all(tx, { most: maxCrashes, error: DISAPPEARED })) {
    const silence = warning(`The worker of attempt ${row.attempt} has been silent for ${LEASE_SECONDS} s.`)
    all.push(await tellState(tx, row, [silence]))
  }
  return all
}

/** A queued job and the number under which the queue should hold it. */
export interface Dispatch {
  readonly id: string
  readonly queue: QueueClass
  readonly dispatch: number
}

const waiting = statement({
  params: { forgotten: 'int', limit: 'int' },
  columns: { id: 'uuid', queue: 'text', dispatch: 'int' },
  sql: (p, columns) =>
    `SELECT ${columns} FROM job WHERE state = 'queued' AND queued_at < now() - ${p.forgotten} * interval '1 second'
     ORDER BY queued_at LIMIT ${p.limit}`,
})

/** Jobs that have waited long enough for their entry to be missed, the first comes first. */
export const overdue = async (db: Sql): Promise<Dispatch[]> =>
  (await waiting.all(db, { forgotten: FORGOTTEN_SECONDS, limit: BATCH })).map(({ id, queue, dispatch }) => {
    return { id, queue: QueueClassSchema.parse(queue), dispatch }
  })

const numbered = statement({
  params: { id: 'uuid', dispatch: 'int' },
  columns: { dispatch: 'int' },
  sql: (p, columns) =>
    `UPDATE job SET dispatch = dispatch + 1 WHERE id = ${p.id} AND dispatch = ${p.dispatch} AND state = 'queued'
     RETURNING ${columns}`,
})

/** A new number for an entry that the queue does not hold; null when the job went on meanwhile. */
export const redispatch = async (db: Sql, { id, dispatch }: Dispatch): Promise<number | null> =>
  (await numbered.first(db, { id, dispatch }))?.dispatch ?? null

const tried = statement({
  params: { lock: 'bigint' },
  columns: { got: 'boolean' },
  sql: (p) => `SELECT pg_try_advisory_lock(${p.lock}) AS got`,
})
const unlocked = statement({
  params: { lock: 'bigint' },
  columns: { let: 'boolean' },
  sql: (p) => `SELECT pg_advisory_unlock(${p.lock}) AS "let"`,
})
/** Only one worker puts things right at a time. */
const LOCK = 5_142_001

/** Runs `work` unless another worker's pass is under way. @param session One connection: the lock is that connection's. */
export async function alone(session: Sql, work: () => Promise<void>): Promise<void> {
  if (!(await tried.first(session, { lock: LOCK }))?.got) return
  try {
    await work()
  } finally {
    await unlocked.run(session, { lock: LOCK })
  }
}
