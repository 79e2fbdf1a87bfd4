// What the worker tells of itself and its runners, every few seconds.
import { hostname } from 'node:os'
import { beat } from '@mistudio/ledger'
import type { Pool } from 'pg'
import type { RunnerPool } from './slot.js'

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
  await beat(db, { id, hostname: hostname(), pid: process.pid, runners })
}
