// One writer per snapshot folder, across all runner processes: a PostgreSQL advisory lock on a connection of its own. It ends with the
// process that holds it, so nothing can be left locked; when the connection is lost, the work under it is stopped.
import type { Pool } from 'pg'
import { tryLock, unlock } from '../rows.js'
import { wait } from '../transport/retry.js'

const POLL_MS = 500

/**
 * Runs `work` while nobody else works on `name`. `onWait` is told once when somebody does. `work` gets a signal that also ends when
 * the lock is lost. @throws the signal's reason when aborted while waiting
 */
export async function withLock<T>(
  db: Pool,
  name: string,
  { signal, onWait }: { signal: AbortSignal; onWait?: () => void },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const client = await db.connect()
  const lost = new AbortController()
  const hear = (error: Error): void => lost.abort(error)
  client.on('error', hear)
  try {
    for (let told = false; ; told = true) {
      if (await tryLock(client, name)) break
      if (!told) onWait?.()
      await wait(POLL_MS, signal)
    }
    return await work(AbortSignal.any([signal, lost.signal]))
  } finally {
    const gone = lost.signal.aborted
    if (!gone) await unlock(client, name).catch(hear)
    client.off('error', hear)
    client.release(gone || lost.signal.aborted)
  }
}
