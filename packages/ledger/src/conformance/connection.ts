// What a process gives the suite, and small words that its checks share.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Job, type JobAction, JobSchema, type JobState } from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'
import { changeFor } from '../actions.js'
import { change, type NewJob, submit } from '../ask.js'
import { readEvents, readJob } from '../read.js'
import { type Changed, JOB, type JobRow } from '../rows.js'
import { claim, type Fence } from '../work.js'

export interface Connection {
  /** Outside of transactions. */
  readonly sql: Sql
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>
}

export interface Check {
  readonly name: string
  run(): Promise<void>
}

export const aTraining = (over: { readonly subjectId?: string } = {}): NewJob => {
  const subjectId = over.subjectId ?? randomUUID()
  // The ledger keeps parameters as they are; what they mean is their pipeline's.
  return {
    kind: 'training.run',
    subjectId,
    title: 'a training',
    params: { trainingId: subjectId },
  } as unknown as NewJob
}

export const submitted = ({ transaction }: Connection, job: NewJob = aTraining()): Promise<Changed> =>
  transaction((tx) => submit(tx, randomUUID(), job))

export async function claimedBy({ transaction }: Connection, { id }: Pick<Job, 'id'>, owner: string): Promise<Fence> {
  const claimed = await transaction((tx) => claim(tx, id, owner))
  assert(claimed, `${owner} cannot claim the job`)
  return { id, owner, attempt: claimed.job.attempt }
}

export async function act(
  { transaction, sql }: Connection,
  { id }: Pick<Job, 'id'>,
  action: JobAction,
): Promise<Changed> {
  const job = await known(sql, id)
  const changed = await transaction((tx) => change(tx, job, changeFor(job, action)))
  assert(changed, `${action} met another job than the one just read`)
  return changed
}

export async function known(sql: Sql, id: string): Promise<Job> {
  const job = await readJob(sql, id)
  assert(job, `job ${id} is not there`)
  return job
}

const whole = statement({
  params: { id: 'uuid' },
  columns: { ...JOB, queuedAt: 'timestamptz', leaseUntil: 'timestamptz?' },
  sql: (p, columns) => `SELECT ${columns} FROM job WHERE id = ${p.id}`,
})

/** All columns. */
export async function rowOf(sql: Sql, id: string): Promise<JobRow & { readonly leaseUntil: Date | null }> {
  const row = await whole.first(sql, { id })
  assert(row, `job ${id} is not there`)
  return row
}

const expired = statement({
  params: { id: 'uuid', crashes: 'int' },
  sql: (p) => `UPDATE job SET lease_until = now() - interval '1 second', crashes = ${p.crashes} WHERE id = ${p.id}`,
})

/** What is left when the worker of a running job is gone. */
export const orphan = ({ sql }: Connection, { id }: Pick<Job, 'id'>, crashes = 0): Promise<void> =>
  expired.run(sql, { id, crashes })

/** States that the events of a job tell, after proof that its events have no gap and end with the job as it is. */
export async function toldStates({ sql }: Connection, id: string): Promise<JobState[]> {
  const job = await known(sql, id)
  const events = await readEvents(sql, id, -1, 1000)
  assert.deepEqual(
    events.map(({ seq }) => seq),
    Array.from({ length: job.seq + 1 }, (_, seq) => seq),
  )
  const told = events.filter(({ type }) => type === 'state').map(({ payload }) => JobSchema.parse(payload))
  return told.map(({ state }) => state)
}
