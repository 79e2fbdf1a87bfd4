// What the API does to jobs: makes them, and carries out the changes of `actions.ts`. Call inside a transaction.
import { type Job, type JobInput, type JobKind, jobOf, TERMINAL_STATES } from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'
import type { Change } from './actions.js'
import { tellState } from './events.js'
import { type Changed, JOB } from './rows.js'

/** A job to be stored; the type of its subject and its queue are those of its kind. */
export interface JobOf<K extends JobKind> {
  readonly kind: K
  readonly subjectId: string
  readonly title: string
  readonly params: JobInput<K>
}
export type NewJob = { [K in JobKind]: JobOf<K> }[JobKind]

const inserted = statement({
  params: {
    id: 'uuid',
    kind: 'text',
    queue: 'text',
    subjectType: 'text',
    subjectId: 'uuid',
    title: 'text',
    params: 'jsonb',
  },
  columns: JOB,
  sql: (p, columns) =>
    `INSERT INTO job (id, kind, queue, subject_type, subject_id, title, params, seq)
     VALUES (${p.id}, ${p.kind}, ${p.queue}, ${p.subjectType}, ${p.subjectId}, ${p.title}, ${p.params}, 0)
     RETURNING ${columns}`,
})

export async function submit(tx: Sql, id: string, { kind, subjectId, title, params }: NewJob): Promise<Changed> {
  const { queue, subject: subjectType } = jobOf(kind)
  const row = await inserted.first(tx, { id, kind, queue, subjectType, subjectId, title, params })
  if (!row) throw new Error('PostgreSQL answered an INSERT without its row.')
  return tellState(tx, row)
}

const changed = statement({
  params: {
    id: 'uuid',
    fromState: 'text',
    fromControl: 'text',
    state: 'text',
    control: 'text',
    ends: 'boolean',
    requeues: 'boolean',
    fresh: 'boolean',
  },
  columns: JOB,
  sql: (p, columns) =>
    `UPDATE job SET state = ${p.state}, control = ${p.control}, seq = seq + 1,
       owner = CASE WHEN ${p.ends} THEN NULL ELSE owner END,
       lease_until = CASE WHEN ${p.ends} THEN NULL ELSE lease_until END,
       finished_at = CASE WHEN ${p.ends} THEN now() WHEN ${p.fresh} THEN NULL ELSE finished_at END,
       dispatch = dispatch + CASE WHEN ${p.requeues} THEN 1 ELSE 0 END,
       queued_at = CASE WHEN ${p.requeues} THEN now() ELSE queued_at END,
       crashes = CASE WHEN ${p.fresh} THEN 0 ELSE crashes END,
       reached = CASE WHEN ${p.fresh} THEN '{}' ELSE reached END,
       started_at = CASE WHEN ${p.fresh} THEN NULL ELSE started_at END,
       progress = CASE WHEN ${p.fresh} THEN NULL ELSE progress END,
       result = CASE WHEN ${p.fresh} THEN NULL ELSE result END,
       error = CASE WHEN ${p.fresh} THEN NULL ELSE error END
     WHERE id = ${p.id} AND state = ${p.fromState} AND control = ${p.fromControl}
     RETURNING ${columns}`,
})

/** Whether a change puts the job into the queue once more. */
export const requeues = (from: Pick<Job, 'state'>, to: Change): boolean =>
  to.state === 'queued' && from.state !== 'queued'

/** Applies a change if the job still is as `from`; null when somebody was faster. */
export async function change(
  tx: Sql,
  from: Pick<Job, 'id' | 'state' | 'control'>,
  { state, control, fresh }: Change,
): Promise<Changed | null> {
  const row = await changed.first(tx, {
    id: from.id,
    fromState: from.state,
    fromControl: from.control,
    state,
    control,
    ends: TERMINAL_STATES.includes(state),
    requeues: requeues(from, { state, control, fresh }),
    fresh,
  })
  return row && tellState(tx, row)
}
