// Puts right what a crash or an emptied queue left: takes back jobs of silent workers, re-adds entries that the queue forgot.
import type { QueueClass } from '@mistudio/contracts'
import type { Pool } from 'pg'
import { MAX_CRASHES } from './execution.js'
import { LEASE_SECONDS } from './ledger.js'
import type { Publisher } from './publisher.js'
import type { Queues } from './queues.js'
import { type JobRow, jobFromRow } from './rows.js'

/** Only one worker reconciles at a time. */
const LOCK = 5_142_001
const FORGOTTEN_AFTER_SECONDS = 5
const BATCH = 200

/** running with an expired lease → queued, or failed when its workers died too often. Returns the rows changed. */
const takeBack = async (db: Pool): Promise<JobRow[]> => {
  const { rows } = await db.query<JobRow>(
    `WITH lost AS (
       SELECT id FROM job WHERE state = 'running' AND lease_until < now() FOR UPDATE SKIP LOCKED
     ), changed AS (
       UPDATE job SET
         state = CASE WHEN control = 'cancel' THEN 'cancelled' WHEN crashes >= $1 THEN 'failed' ELSE 'queued' END,
         error = CASE WHEN control <> 'cancel' AND crashes >= $1
           THEN jsonb_build_object('code', 'job_crashed', 'message', 'Its worker disappeared again and again. See the worker log, then retry.') END,
         finished_at = CASE WHEN control = 'cancel' OR crashes >= $1 THEN now() END,
         owner = NULL, lease_until = NULL, crashes = crashes + 1, dispatch = dispatch + 1, queued_at = now(), seq = seq + 1
       WHERE id IN (SELECT id FROM lost) RETURNING *
     ), noted AS (
       INSERT INTO job_event (job_id, seq, type, payload)
       SELECT id, seq, 'state', jsonb_build_object('state', state, 'signal', 'worker silent for ${LEASE_SECONDS} s') FROM changed
     )
     SELECT * FROM changed`,
    [MAX_CRASHES],
  )
  return rows
}

/** Adds queued jobs that the queue does not hold, under a new dispatch number. */
const readd = async (db: Pool, queues: Queues): Promise<void> => {
  const { rows } = await db.query<{ id: string; queue: QueueClass; dispatch: number }>(
    `SELECT id, queue, dispatch FROM job WHERE state = 'queued' AND queued_at < now() - $1 * interval '1 second' ORDER BY queued_at LIMIT $2`,
    [FORGOTTEN_AFTER_SECONDS, BATCH],
  )
  for (const { id, queue, dispatch } of rows) {
    if (await queues.holds(queue, id, dispatch)) continue
    const { rowCount } = await db.query(
      `UPDATE job SET dispatch = dispatch + 1 WHERE id = $1 AND dispatch = $2 AND state = 'queued'`,
      [id, dispatch],
    )
    if (rowCount) await queues.add(queue, id, dispatch + 1)
  }
}

/** One pass. Does nothing while another worker's pass is under way. */
export const reconcile = async (db: Pool, queues: Queues, publisher: Publisher): Promise<void> => {
  const guard = await db.connect()
  try {
    const { rows } = await guard.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [LOCK])
    if (!rows[0]?.got) return
    try {
      for (const row of await takeBack(db)) {
        publisher.stored({ job: jobFromRow(row), events: [] })
        if (row.state === 'queued') await queues.add(row.queue as QueueClass, row.id, row.dispatch)
      }
      await readd(db, queues)
    } finally {
      await guard.query('SELECT pg_advisory_unlock($1)', [LOCK])
    }
  } finally {
    guard.release()
  }
}
