// A database of its own, a Redis, and supervisors on both, for the supervisor's tests.
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Job, JobKind, QueueClass } from '@mistudio/contracts'
import { type JobRow, readJob } from '@mistudio/ledger'
import { readPoints } from '@mistudio/runs'
import { ownDatabase } from '@mistudio/sql/testing'
import { Redis } from 'ioredis'
import pg from 'pg'
import { inTransaction } from '../../runner/database.js'
import { MAX_CRASHES } from '../execution.js'
import { Queues } from '../queues.js'
import { Supervisor } from '../supervisor.js'

/** A runner is a process of its own, so it runs what was built. */
const built = (path: string): string => fileURLToPath(new URL(`../../../dist/${path}`, import.meta.url))
const REGISTRY = built('supervisor/testing/registry.js')

export { MAX_CRASHES }

const need = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run these tests through vitest's global setup.`)
  return value
}

/** A numbered database of the test Redis; 0 is left to others. */
const ownRedis = (): string => {
  const url = new URL(need('TEST_REDIS_URL'))
  url.pathname = `/${1 + Math.floor(15 * Math.random())}`
  return url.href
}

/** A job with what the contracts do not show. */
type SeenJob = Job & Pick<JobRow, 'reached'>

export const openWorld = async () => {
  const database = await ownDatabase('world')
  const [databaseUrl, redisUrl] = [database.url, ownRedis()]
  const db = new pg.Pool({ connectionString: databaseUrl, max: 4 })
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const queues = new Queues(redis)
  const started: Supervisor[] = []

  const row = async (id: string): Promise<SeenJob> => {
    const { rows } = await db.query<Pick<JobRow, 'reached'>>('SELECT reached FROM job WHERE id = $1', [id])
    const job = await readJob(db, id)
    if (!rows[0] || !job) throw new Error(`there is no job ${id}`)
    return Object.assign(job, rows[0])
  }
  return {
    databaseUrl,
    db,
    redis,
    queues,
    row,
    /** Limits so long by default that no test meets them. */
    supervise: async ({ questionSeconds = 600, silentSeconds = 600 } = {}): Promise<Supervisor> => {
      const runnerEntry = built('runner/main.js')
      const supervisor = new Supervisor({
        databaseUrl,
        redisUrl,
        serverEnvironment: { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
        dataDir: tmpdir(),
        threads: 1,
        registry: REGISTRY,
        questionSeconds,
        silentSeconds,
        runnerEntry,
      })
      started.push(supervisor)
      await supervisor.start()
      return supervisor
    },
    /** A training row with its job; the job is put into the queue unless `enqueue` is false. */
    submit: async (
      params: object,
      { kind = 'training.run' as JobKind, queue = 'compute' as QueueClass, enqueue = true } = {},
    ): Promise<string> => {
      const [id, subject] = [randomUUID(), randomUUID()]
      await db.query(`INSERT INTO run (id, kind, name) VALUES ($1, 'sae-training', 'test')`, [subject])
      await db.query(
        `INSERT INTO training (id, model_name, dataset_name, params, d_in, d_sae) VALUES ($1, 'm', 'd', '{}', 1, 1)`,
        [subject],
      )
      await db.query(
        `INSERT INTO job (id, kind, queue, subject_type, subject_id, title, params, dispatch) VALUES ($1, $2, $3, 'training', $4, 'test', $5, 1)`,
        [id, kind, queue, subject, JSON.stringify(params)],
      )
      if (enqueue) await queues.add(queue, id, 1)
      return id
    },
    want: (id: string, control: string) => db.query('UPDATE job SET control = $2 WHERE id = $1', [id, control]),
    until: async (id: string, ready: (row: SeenJob) => boolean, what: string): Promise<SeenJob> => {
      for (let waited = 0; waited < 50_000; waited += 50) {
        const now = await row(id)
        if (ready(now)) return now
        await new Promise((done) => setTimeout(done, 50))
      }
      throw new Error(`${what} did not happen; the job is ${JSON.stringify(await row(id))}`)
    },
    runnerPid: async (id: string): Promise<number> => {
      for (let waited = 0; waited < 20_000; waited += 100) {
        const { rows } = await db.query<{ pid: number }>(
          `SELECT (r->>'pid')::int AS pid FROM worker_process, jsonb_array_elements(runners) r WHERE r->>'jobId' = $1`,
          [id],
        )
        if (rows[0]?.pid) return rows[0].pid
        await new Promise((done) => setTimeout(done, 100))
      }
      throw new Error('no worker reports a runner of this job')
    },
    metricRows: async (id: string): Promise<number[]> => {
      const all = { keys: ['loss'], from: null, to: null }
      const { subjectId } = await row(id)
      // One moment of chunks and tail: the end of a job packs them meanwhile.
      const read = await inTransaction(db, async (tx) => {
        await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
        return readPoints(tx, subjectId, all)
      })
      return [...(read?.series.get('loss')?.steps ?? [])]
    },
    close: async () => {
      for (const supervisor of started) await supervisor.stop()
      await queues.close()
      redis.disconnect()
      await db.end()
      await database.drop()
    },
  }
}
/** How far a counting job has told that it came. */
export const doneOf = ({ progress }: Job): number => progress?.done ?? -1
export type World = Awaited<ReturnType<typeof openWorld>>
