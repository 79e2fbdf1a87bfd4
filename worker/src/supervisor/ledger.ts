// The guarded transitions of a job as its worker makes them, in SQL. Every write after the claim is fenced by owner and attempt.
import type {
  ErrorBody,
  Job,
  JobControl,
  JobEvent,
  JobProgress,
  JobState,
  Report,
  RunValues,
} from '@mistudio/contracts'
import type { Pool, PoolClient } from 'pg'
import { inTransaction, toJson } from '../runner/database.js'
import { FencedError } from '../runner/errors.js'
import { storeMetrics } from '../runs/index.js'
import type { Reached } from './reached.js'
import { type Fence, type JobRow, jobFromRow } from './rows.js'

/** A worker that stays silent for this long has lost its jobs. */
const LEASE_SECONDS = 20
const FENCED = `id = $1 AND owner = $2 AND attempt = $3 AND state = 'running'`

/** What was stored, to be published after the commit. */
export interface Stored {
  readonly job: Job
  readonly events: readonly JobEvent[]
}

type NewEvent = { readonly type: string; readonly payload: unknown }

/** Appends events behind the newest one; `row.seq` is already the number of the last of them. */
const insertEvents = async (tx: PoolClient, row: JobRow, events: readonly NewEvent[]): Promise<JobEvent[]> => {
  if (!events.length) return []
  const first = row.seq - events.length + 1
  const payloads = events.map(({ payload }) => toJson(payload))
  const { rows } = await tx.query<{ seq: number; at: Date; type: string; payload: unknown }>(
    `INSERT INTO job_event (job_id, seq, type, payload)
     SELECT $1, seq, type, payload::jsonb FROM unnest($2::int[], $3::text[], $4::text[]) AS e(seq, type, payload)
     RETURNING seq, at, type, payload`,
    [row.id, events.map((_, i) => first + i), events.map(({ type }) => type), payloads],
  )
  return rows
    .sort((a, b) => a.seq - b.seq)
    .map(({ at, ...event }) => ({ ...event, jobId: row.id, at: at.toISOString() }))
}

const stateEvent = (row: JobRow): NewEvent => ({ type: 'state', payload: jobFromRow(row) })

const warning = (message: string): NewEvent => ({ type: 'log', payload: { level: 'warn', message } })
const DISAPPEARED: ErrorBody = {
  code: 'job_crashed',
  message: 'Its worker disappeared again and again without advancing. See the worker log, then retry.',
}

/** queued → running, by compare-and-set. Null when somebody else was faster or the job is no longer wanted. */
export const claim = (db: Pool, id: string, owner: string): Promise<(Stored & { row: JobRow }) | null> =>
  inTransaction(db, async (tx) => {
    const { rows } = await tx.query<JobRow>(
      `UPDATE job SET state = 'running', owner = $2, attempt = attempt + 1, lease_until = now() + $3 * interval '1 second',
         heartbeat_at = now(), started_at = now(), finished_at = NULL, error = NULL, seq = seq + 1
       WHERE id = $1 AND state = 'queued' RETURNING *`,
      [id, owner, LEASE_SECONDS],
    )
    const row = rows[0]
    if (!row) return null
    const events = await insertEvents(tx, row, [stateEvent(row)])
    return { row, job: jobFromRow(row), events }
  })

/** Keeps the lease and says what the user wants. @throws FencedError when the job has another owner or ended. */
export const renew = async (db: Pool, fence: Fence): Promise<JobControl> => {
  const { rows } = await db.query<{ control: JobControl }>(
    `UPDATE job SET lease_until = now() + $4 * interval '1 second', heartbeat_at = now() WHERE ${FENCED} RETURNING control`,
    [fence.id, fence.owner, fence.attempt, LEASE_SECONDS],
  )
  const row = rows[0]
  if (!row) throw new FencedError(fence.id)
  return row.control
}

const eventsOf = (reports: readonly Report[]): NewEvent[] =>
  reports.flatMap((report): NewEvent[] => {
    if (report.kind === 'event') return [{ type: report.type, payload: report.payload }]
    if (report.kind === 'log') return [{ type: 'log', payload: { level: report.level, message: report.message } }]
    return []
  })

/** Stores a batch of reports in one fenced transaction. `advance`: stages that came further than ever, which clears the count of crashes. */
export const storeReports = (
  db: Pool,
  fence: Fence,
  reports: readonly Report[],
  advance: Reached | null,
): Promise<Stored & { values: readonly RunValues[] }> =>
  inTransaction(db, async (tx) => {
    const { rows: held } = await tx.query<{ subject_id: string }>(
      `SELECT subject_id FROM job WHERE ${FENCED} FOR UPDATE`,
      [fence.id, fence.owner, fence.attempt],
    )
    if (!held[0]) throw new FencedError(fence.id)
    const values = await storeMetrics(tx, held[0].subject_id, reports)
    const events = eventsOf(reports)
    const progress = reports.filter((report) => report.kind === 'progress').at(-1)?.progress
    const { rows } = await tx.query<JobRow>(
      `UPDATE job SET seq = seq + $2, progress = coalesce($3::jsonb, progress),
         crashes = CASE WHEN $4::jsonb IS NULL THEN crashes ELSE 0 END, reached = reached || coalesce($4::jsonb, '{}')
       WHERE id = $1 RETURNING *`,
      [
        ...[fence.id, events.length, progress ? toJson(progress satisfies JobProgress) : null],
        advance ? toJson(advance) : null,
      ],
    )
    const row = rows[0]
    if (!row) throw new FencedError(fence.id)
    return { job: jobFromRow(row), events: await insertEvents(tx, row, events), values }
  })

export interface End {
  readonly state: JobState
  readonly result?: unknown
  readonly error?: ErrorBody
  /** The runner died. */
  readonly crash?: { readonly signal: string }
}

/** running → anything else. A job that goes back to `queued` gets a new dispatch number. */
export const release = (db: Pool, fence: Fence, end: End): Promise<Stored & { row: JobRow }> =>
  inTransaction(db, async (tx) => {
    const finished = end.state !== 'queued' && end.state !== 'paused'
    const { rows } = await tx.query<JobRow>(
      `UPDATE job SET state = $4, result = coalesce($5::jsonb, result), error = $6::jsonb, owner = NULL, lease_until = NULL,
         finished_at = CASE WHEN $7 THEN now() END, control = CASE WHEN $4 = 'queued' THEN control ELSE 'run' END,
         dispatch = dispatch + CASE WHEN $4 = 'queued' THEN 1 ELSE 0 END,
         queued_at = CASE WHEN $4 = 'queued' THEN now() ELSE queued_at END,
         crashes = crashes + $8, seq = seq + $9
       WHERE ${FENCED} RETURNING *`,
      [
        fence.id,
        fence.owner,
        fence.attempt,
        end.state,
        end.result === undefined ? null : toJson(end.result),
        end.error ? toJson(end.error) : null,
        finished,
        end.crash ? 1 : 0,
        end.crash ? 2 : 1,
      ],
    )
    const row = rows[0]
    if (!row) throw new FencedError(fence.id)
    const death = end.crash ? [warning(`The process of attempt ${fence.attempt} died (${end.crash.signal}).`)] : []
    const events = await insertEvents(tx, row, [...death, stateEvent(row)])
    return { row, job: jobFromRow(row), events }
  })

/**
 * Takes back running jobs whose lease ran out because their worker is gone: → queued, cancelled when the user wants that, failed
 * after more than `maxCrashes` deaths without advance.
 */
export const takeBack = (db: Pool, maxCrashes: number): Promise<(Stored & { row: JobRow })[]> =>
  inTransaction(db, async (tx) => {
    const { rows } = await tx.query<JobRow>(
      `UPDATE job SET
         state = CASE WHEN control = 'cancel' THEN 'cancelled' WHEN crashes >= $1 THEN 'failed' ELSE 'queued' END,
         error = CASE WHEN control <> 'cancel' AND crashes >= $1 THEN $2::jsonb END,
         finished_at = CASE WHEN control = 'cancel' OR crashes >= $1 THEN now() END,
         owner = NULL, lease_until = NULL, crashes = crashes + 1, dispatch = dispatch + 1, queued_at = now(), seq = seq + 2
       WHERE id IN (SELECT id FROM job WHERE state = 'running' AND lease_until < now() FOR UPDATE SKIP LOCKED)
       RETURNING *`,
      [maxCrashes, toJson(DISAPPEARED)],
    )
    const taken = []
    for (const row of rows) {
      const silence = warning(`The worker of attempt ${row.attempt} has been silent for ${LEASE_SECONDS} s.`)
      taken.push({ row, job: jobFromRow(row), events: await insertEvents(tx, row, [silence, stateEvent(row)]) })
    }
    return taken
  })
