// Entry of a runner process: takes jobs from its supervisor, runs their pipelines one at a time, and dies with its supervisor.
import { type FromRunner, FromRunnerSchema, RUNNER_BEAT_SECONDS, ToRunnerSchema } from '@mistudio/contracts'
import { readingWithin } from '@mistudio/formats'
import pg from 'pg'
import { readConfig } from '../config.js'
import { noteDamage, rootsOf } from '../files/index.js'
import type { AnyPipeline } from '../registry.js'
import type { Control } from './context.js'
import { isConnectionLoss } from './database.js'
import { errorBody } from './errors.js'
import { makeContext, type StartedJob } from './job-context.js'
import { Reporter } from './reporter.js'

const config = readConfig()
const db = new pg.Pool({ connectionString: config.databaseUrl, max: 4 })
// An idle connection that breaks is replaced at the next query.
db.on('error', () => undefined)

const send = (message: FromRunner): void => {
  process.send?.(FromRunnerSchema.parse(message))
}

const loadPipeline = async (kind: StartedJob['kind']): Promise<AnyPipeline> => {
  const registry: typeof import('../registry.js') = await import(config.registry ?? '../registry.js')
  return registry.loadPipeline(kind)
}

let current: { id: string; reporter: Reporter } | null = null
let control: Control = 'run'

const run = async (job: StartedJob & { params: unknown }): Promise<void> => {
  const reporter = new Reporter(job.id, send)
  current = { id: job.id, reporter }
  control = 'run'
  try {
    const pipeline = await loadPipeline(job.kind)
    const world = { db, dataDir: config.dataDir, threads: config.threads, reporter, control: () => control }
    const context = makeContext(job, pipeline.parse(job.params), world)
    const outcome = await readingWithin(await rootsOf(db, config.dataDir, pipeline.places?.() ?? []), () =>
      pipeline.run(context),
    )
    await reporter.flush()
    send({
      type: 'outcome',
      jobId: job.id,
      outcome: 'result' in outcome ? { ...outcome, result: outcome.result ?? null } : { ...outcome, result: null },
    } as FromRunner)
  } catch (error) {
    console.error(`job ${job.id} (${job.kind}) failed:`, error)
    // The database was away: not the job's fault. It goes back to the queue, and pipelines end the same when they run again.
    if (isConnectionLoss(error)) send({ type: 'outcome', jobId: job.id, outcome: { state: 'suspended' } })
    else {
      const body = errorBody(error)
      await noteDamage(db, body).catch((failure: unknown) => console.error('the damage was not noted:', failure))
      send({ type: 'outcome', jobId: job.id, outcome: { state: 'failed', error: body } })
    }
  } finally {
    current = null
  }
}

process.on('message', (raw) => {
  const message = ToRunnerSchema.parse(raw)
  if (message.type === 'start') void run(message.job)
  else if (message.type === 'exit') process.exit(0)
  else if (message.jobId !== current?.id) return
  else if (message.type === 'control') control = message.control
  else current.reporter.acknowledge(message.upTo)
})
// Comes from the loop that reports and hears: a runner that calculates in threads beats, one that hangs does not.
setInterval(() => current && send({ type: 'beat' }), 1000 * RUNNER_BEAT_SECONDS).unref()
process.on('disconnect', () => process.exit(1))
// The supervisor decides when a runner ends: a Ctrl-C in the terminal reaches the whole group.
process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined)
send({ type: 'ready', pid: process.pid })
