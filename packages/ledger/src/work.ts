// What a worker does to jobs: claims them, keeps its lease, stores what runners report, lets go. Every write after the claim is fenced by
// owner and attempt. Call inside a transaction, except `renew`.
import {
  type ErrorBody,
  type JobControl,
  JobControlSchema,
  type JobProgress,
  type JobState,
  TERMINAL_STATES,
} from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'
import { type NewEvent, tell, tellState, warning } from './events.js'
import { type Changed, JOB } from './rows.js'

/** A worker that stays silent for this long has lost its jobs. */
export const LEASE_SECONDS = 20

/** Owner and attempt prove who may write. */
export interface Fence {
  readonly id: string
  readonly owner: string
  readonly attempt: number
}

/** This attempt no longer owns its job: somebody else does, or it was ended. Nothing it does may be stored. */
export class FencedError extends Error {
  constructor(jobId: string) {
    super(`Job ${jobId} is no longer owned by this attempt.`)
    this.name = 'FencedError'
  }
}

const FENCE = { id: 'uuid', owner: 'text', attempt: 'int' } as const
const fenced = ({ id, owner, attempt }: Readonly<Record<keyof typeof FENCE, string>>): string =>
  `id = ${id} AND owner = ${owner} AND attempt = ${attempt} AND state = 'running'`

/** @throws FencedError when the fenced statement met no row. */
const owned = <Row>(row: Row | null, { id }: Fence): Row => {
  if (row === null) throw new FencedError(id)
  return row
}

const claimed = statement({
  params: { id: 'uuid', owner: 'text', lease: 'int' },
  columns: JOB,
  sql: (p, columns) =>
    `UPDATE job SET state = 'running', owner = ${p.owner}, attempt = attempt + 1,
       lease_until = now() + ${p.lease} * interval '1 second', heartbeat_at = now(), started_at = now(), finished_at = NULL,
       error = NULL, seq = seq + 1
     WHERE id = ${p.id} AND state = 'queued' RETURNING ${columns}`,
})

/** queued → running. Null when somebody else was faster or the job is no longer wanted. */
export async function claim(tx: Sql, id: string, owner: string): Promise<Changed | null> {
  const row = await claimed.first(tx, { id, owner, lease: LEASE_SECONDS })
  return row && tellState(tx, row)
}

const renewed = statement({
  params: { ...FENCE, lease: 'int' },
  columns: { control: 'text' },
  sql: (p, columns) =>
    `UPDATE job SET lease_until = now() + ${p.lease} * interval '1 second', heartbeat_at = now()
     WHERE ${fenced(p)} RETURNING ${columns}`,
})

/** Keeps the lease and says what the user wants. @throws FencedError */
export async function renew(db: Sql, { id, owner, attempt }: Fence): Promise<JobControl> {
  const row = await renewed.first(db, { id, owner, attempt, lease: LEASE_SECONDS })
  return JobControlSchema.parse(owned(row, { id, owner, attempt }).control)
}

const locked = statement({
  params: FENCE,
  columns: { subjectId: 'uuid' },
  sql: (p, columns) => `SELECT ${columns} FROM job WHERE ${fenced(p)} FOR UPDATE`,
})

/** Keeps the job from changing hands until the transaction ends. @throws FencedError */
export const hold = async (tx: Sql, { id, owner, attempt }: Fence): Promise<{ readonly subjectId: string }> =>
  owned(await locked.first(tx, { id, owner, attempt }), { id, owner, attempt })

/** News of a running job. */
export interface News {
  readonly events: readonly NewEvent[]
  readonly progress: JobProgress | null
  /** Stages that came further than ever, which clears the count of crashes. */
  readonly advance: Readonly<Record<string, number>> | null
}

const reported = statement({
  params: { ...FENCE, events: 'int', progress: 'jsonb?', advance: 'jsonb?' },
  columns: JOB,
  sql: (p, columns) =>
    `UPDATE job SET seq = seq + ${p.events}, progress = coalesce(${p.progress}, progress),
       crashes = CASE WHEN ${p.advance} IS NULL THEN crashes ELSE 0 END, reached = reached || coalesce(${p.advance}, '{}')
     WHERE ${fenced(p)} RETURNING ${columns}`,
})

/** @throws FencedError */
export async function report(
  tx: Sql,
  { id, owner, attempt }: Fence,
  { events, progress, advance }: News,
): Promise<Changed> {
  const row = await reported.first(tx, { id, owner, attempt, events: events.length, progress, advance })
  return tell(tx, owned(row, { id, owner, attempt }), events)
}

export interface End {
  readonly state: JobState
  readonly result?: unknown
  readonly error?: ErrorBody
  /** The runner died. */
  readonly crash?: { readonly signal: string }
}

const released = statement({
  params: {
    ...FENCE,
    state: 'text',
    result: 'jsonb?',
    error: 'jsonb?',
    ends: 'boolean',
    requeues: 'boolean',
    crashes: 'int',
    events: 'int',
  },
  columns: JOB,
  sql: (p, columns) =>
    `UPDATE job SET state = ${p.state}, result = coalesce(${p.result}, result), error = ${p.error}, owner = NULL,
       lease_until = NULL, finished_at = CASE WHEN ${p.ends} THEN now() END,
       control = CASE WHEN ${p.requeues} THEN control ELSE 'run' END,
       dispatch = dispatch + CASE WHEN ${p.requeues} THEN 1 ELSE 0 END,
       queued_at = CASE WHEN ${p.requeues} THEN now() ELSE queued_at END,
       crashes = crashes + ${p.crashes}, seq = seq + ${p.events}
     WHERE ${fenced(p)} RETURNING ${columns}`,
})

/** running → anything else. A job that goes back to `queued` gets a new dispatch number. @throws FencedError */
export async function release(tx: Sql, fence: Fence, { state, result, error, crash }: End): Promise<Changed> {
  const { id, owner, attempt } = fence
  const before = crash ? [warning(`The process of attempt ${attempt} died (${crash.signal}).`)] : []
  const row = await released.first(tx, {
    id,
    owner,
    attempt,
    state,
    result,
    error: error ?? null,
    ends: TERMINAL_STATES.includes(state),
    requeues: state === 'queued',
    crashes: crash ? 1 : 0,
    events: before.length + 1,
  })
  return tellState(tx, owned(row, fence), before)
}
