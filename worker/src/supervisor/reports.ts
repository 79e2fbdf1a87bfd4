// What a runner reports, stored in one fenced transaction: values of metrics in the store of runs, the rest in the ledger.
import type { Report, RunValues } from '@mistudio/contracts'
import { type Changed, type Fence, hold, type News, report } from '@mistudio/ledger'
import type { Pool } from 'pg'
import { inTransaction } from '../runner/database.js'
import { storeMetrics } from '../runs/index.js'

const eventsOf = (reports: readonly Report[]): News['events'] =>
  reports.flatMap((one) => {
    if (one.kind === 'event') return [{ type: one.type, payload: one.payload }]
    if (one.kind === 'log') return [{ type: 'log', payload: { level: one.level, message: one.message } }]
    return []
  })

/** @param advance Stages that came further than ever. @throws FencedError */
export const storeReports = (
  db: Pool,
  fence: Fence,
  reports: readonly Report[],
  advance: News['advance'],
): Promise<{ changed: Changed; values: readonly RunValues[] }> =>
  inTransaction(db, async (tx) => {
    const { subjectId } = await hold(tx, fence)
    const values = await storeMetrics(tx, subjectId, reports)
    const progress = reports.filter((one) => one.kind === 'progress').at(-1)?.progress ?? null
    return { changed: await report(tx, fence, { events: eventsOf(reports), progress, advance }), values }
  })
