// What both sides of a worker need of PostgreSQL: transactions that survive a lost connection, and telling that loss from a mistake.
import { troubleOf } from '@mistudio/contracts'
import type { Pool, PoolClient } from 'pg'

/** Whether the database was away or had no room, so that the same statement may do later. Anything else fails again in the same way. */
export const isConnectionLoss = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  const trouble = troubleOf(error)
  // A system call of our own that found no room (too many open files) is no loss of the database.
  return trouble === 'away' || (trouble === 'busy' && !('syscall' in error))
}

/** Runs work in one transaction. The promise tells of a lost connection; without a listener it would also end the process. */
export const inTransaction = async <T>(db: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> => {
  const tx = await db.connect()
  const heard = (): void => undefined
  tx.on('error', heard)
  let broken = false
  try {
    await tx.query('BEGIN')
    const result = await work(tx)
    await tx.query('COMMIT')
    return result
  } catch (error) {
    await tx.query('ROLLBACK').catch(() => {
      broken = true
    })
    throw error
  } finally {
    tx.off('error', heard)
    tx.release(broken)
  }
}
