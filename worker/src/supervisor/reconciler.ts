// Puts right what a crash or an emptied queue left: takes back jobs of silent workers, re-adds entries that the queue forgot.
import type { QueueClass } from '@mistudio/contracts'
import type { Pool } from 'pg'
import { MAX_CRASHES } from './execution.js'
import { takeBack } from './ledger.js'
import type { Publisher } from './publisher.js'
import type { Queues } from './queues.js'

/** Only one worker reconciles at a time. */
const LOCK = 5_142_001
const FORGOTTEN_AFTER_SECONDS = 5
const BATCH = 200

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

/** Whether a pass would find anything: one look, because most of the time there is nothing. */
const isNeeded = async (db: Pool): Promise<boolean> => {
  const { rows } = await db.query<{ needed: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM job WHERE (state = 'running' AND lease_until < now())
       OR (state = 'queued' AND queued_at < now() - $1 * interval '1 second')) AS needed`,
    [FORGOTTEN_AFTER_SECONDS],
  )
  return rows[0]?.needed ?? false
}

/** One pass. Does nothing while another worker's pass is under way. */
export const reconcile = async (db: Pool, queues: Queues, publisher: Publisher): Promise<void> => {
  if (!(await isNeeded(db))) return
  const guard = await db.connect()
  let lost = false
  const hear = (): void => {
    lost = true
  }
  guard.on('error', hear)
  try {
    const { rows } = await guard.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [LOCK])
    if (!rows[0]?.got) return
    try {
      for (const taken of await takeBack(db, MAX_CRASHES)) {
        const { row } = taken
        publisher.stored(taken)
        if (row.state === 'queued') await queues.add(row.queue as QueueClass, row.id, row.dispatch)
      }
      await readd(db, queues)
    } finally {
      await guard.query('SELECT pg_advisory_unlock($1)', [LOCK])
    }
  } finally {
    guard.off('error', hear)
    guard.release(lost)
  }
}
