// Puts right what a crash or an emptied queue left: takes back jobs of silent workers, re-adds entries that the queue forgot.
import { alone, isDisordered, overdue, redispatch, takeBack } from '@mistudio/ledger'
import type { Pool } from 'pg'
import { inTransaction } from '../runner/database.js'
import { MAX_CRASHES } from './execution.js'
import type { Publisher } from './publisher.js'
import type { Queues } from './queues.js'

/** Adds queued jobs that the queue does not hold, under a new dispatch number. */
const readd = async (db: Pool, queues: Queues): Promise<void> => {
  for (const entry of await overdue(db)) {
    if (await queues.holds(entry.queue, entry.id, entry.dispatch)) continue
    const dispatch = await redispatch(db, entry)
    if (dispatch !== null) await queues.add(entry.queue, entry.id, dispatch)
  }
}

const putRight = async (db: Pool, queues: Queues, publisher: Publisher): Promise<void> => {
  for (const taken of await inTransaction(db, (tx) => takeBack(tx, MAX_CRASHES))) {
    publisher.changed(taken)
    const { job, row } = taken
    if (job.state === 'queued') await queues.add(job.queue, job.id, row.dispatch)
  }
  await readd(db, queues)
}

/** One pass. Does nothing while another worker's pass is under way. */
export const reconcile = async (db: Pool, queues: Queues, publisher: Publisher): Promise<void> => {
  if (!(await isDisordered(db))) return
  const session = await db.connect()
  let lost = false
  const hear = (): void => {
    lost = true
  }
  session.on('error', hear)
  try {
    await alone(session, () => putRight(db, queues, publisher))
  } finally {
    session.off('error', hear)
    session.release(lost)
  }
}
