// The JobContext that a pipeline gets inside a runner process.
import type { JobKind, MetricValues } from '@mistudio/contracts'
import { hold } from '@mistudio/ledger'
import type { Pool, PoolClient } from 'pg'
import type { Control, JobContext } from './context.js'
import { inTransaction } from './database.js'
import type { Reporter } from './reporter.js'

export interface StartedJob {
  readonly id: string
  readonly kind: JobKind
  readonly subjectId: string
  readonly attempt: number
  readonly owner: string
}

/** Runs work in a transaction that first proves that this attempt owns the job. */
const fencedTransaction = <T>(db: Pool, job: StartedJob, work: (tx: PoolClient) => Promise<T>): Promise<T> =>
  inTransaction(db, async (tx) => {
    await hold(tx, job)
    return work(tx)
  })

/** What could not be measured is not a number: a gap, never a zero. */
const measured = (values: MetricValues): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value ?? Number.NaN]))

export const makeContext = <P>(
  job: StartedJob,
  params: P,
  world: { db: Pool; dataDir: string; threads: number; reporter: Reporter; control: () => Control },
): JobContext<P> => ({
  job: { id: job.id, kind: job.kind, subjectId: job.subjectId, attempt: job.attempt, params },
  dataDir: world.dataDir,
  threads: world.threads,
  db: world.db,
  control: world.control,
  progress: (progress) => world.reporter.progress(progress),
  metrics: (step, values, runId) => {
    const other = runId !== undefined && runId !== job.subjectId ? { runId } : {}
    world.reporter.report({ kind: 'metrics', step, values: measured(values), ...other })
  },
  event: (type, payload) => world.reporter.report({ kind: 'event', type, payload }),
  log: (level, message) => world.reporter.report({ kind: 'log', level, message }),
  flush: () => world.reporter.flush(),
  commit: (work) => fencedTransaction(world.db, job, work),
})
