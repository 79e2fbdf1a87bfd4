// Metrics that jobs report, on their way into the store: with the fenced transaction of the ledger, so that they count exactly when the
// report does.
import { type MetricNumber, metricNumber, type Report, type RunValues } from '@mistudio/contracts'
import { appendValues, foldTail, type StepValues } from '@mistudio/runs'
import type { Pool, PoolClient } from 'pg'
import { inTransaction } from '../runner/database.js'
import { unpackedRuns } from './rows.js'

/** Reports of metrics by run, in their order; those that name no run belong to the job's subject. */
function byRun(subjectId: string, reports: readonly Report[]): Map<string, StepValues[]> {
  const found = new Map<string, StepValues[]>()
  for (const report of reports) {
    if (report.kind !== 'metrics') continue
    const runId = report.runId ?? subjectId
    const steps = found.get(runId) ?? []
    if (steps.length === 0) found.set(runId, steps)
    steps.push({ step: report.step, values: report.values })
  }
  return found
}

/** Stores what these reports measured; answers what was new, to be told after the commit. A replay after a resume adds nothing. */
export async function storeMetrics(
  tx: PoolClient,
  subjectId: string,
  reports: readonly Report[],
): Promise<RunValues[]> {
  const told: RunValues[] = []
  for (const [runId, steps] of byRun(subjectId, reports)) {
    const appended = await appendValues(tx, runId, steps, Date.now())
    if (!appended) continue
    told.push({ runId, revision: appended.revision, steps: appended.steps.map(inJson) })
    if (appended.full) await foldTail(tx, runId)
  }
  return told
}

const inJson = ({ step, values }: StepValues): RunValues['steps'][number] => {
  const named = Object.entries(values).map(([path, value]): [string, MetricNumber] => [path, metricNumber(value)])
  return { step, values: Object.fromEntries(named) }
}

/** Packs the whole tail of a run, for one that ended; part by part, each in a transaction of its own. */
export async function packRun(db: Pool, runId: string): Promise<void> {
  while ((await inTransaction(db, (tx) => foldTail(tx, runId))) > 0);
}

/** Packs what earlier versions and killed workers left in tails. Goes on where it was interrupted. */
export async function packLeftTails(db: Pool, tell: (message: string) => void, enough: () => boolean): Promise<void> {
  const ids = await unpackedRuns(db)
  for (const [i, id] of ids.entries()) {
    if (enough()) return
    await packRun(db, id)
    if ((i + 1) % 100 === 0 || i + 1 === ids.length) tell(`metrics packed: ${i + 1} of ${ids.length} runs`)
  }
}
