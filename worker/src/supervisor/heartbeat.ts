// The worker's row in worker_process: alive, on which machine, with which runners.
import { hostname } from 'node:os'
import type { Pool } from 'pg'
import type { RunnerPool } from './slot.js'

const FORGET_AFTER = '1 day'

export const heartbeat = async (db: Pool, id: string, pools: readonly RunnerPool[]): Promise<void> => {
  // Of runners that are not there, one a class tells that there could be.
  const slots = pools.flatMap(({ slots }) => slots.filter(({ current }, place) => place === 0 || current?.alive))
  const runners = await Promise.all(
    slots.map(async ({ queue, current }) => ({
      queue,
      pid: current?.alive ? current.pid : null,
      jobId: current?.jobId ?? null,
      rssBytes: current?.alive ? await current.rssBytes() : null,
      silentSeconds: current?.alive && current.jobId !== null ? current.silentSeconds : null,
    })),
  )
  await db.query(
    `WITH forgotten AS (DELETE FROM worker_process WHERE id <> $1 AND heartbeat_at < now() - interval '${FORGET_AFTER}')
     INSERT INTO worker_process (id, hostname, pid, runners) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), runners = EXCLUDED.runners`,
    [id, hostname(), process.pid, JSON.stringify(runners)],
  )
}

export const sayGoodbye = async (db: Pool, id: string): Promise<void> => {
  await db.query('DELETE FROM worker_process WHERE id = $1', [id])
}
