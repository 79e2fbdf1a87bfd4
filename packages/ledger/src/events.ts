// Events of a job. A change first takes their numbers (`seq` of the row is that of the last), so they have no gap and no twin.
import type { JobEvent } from '@mistudio/contracts'
import { type Sql, statement, toJson } from '@mistudio/sql'
import { type Changed, EVENT, type JobRow, toEvent, toJob } from './rows.js'

export interface NewEvent {
  readonly type: string
  readonly payload: unknown
}

const inserted = statement({
  params: { job: 'uuid', seqs: 'int[]', types: 'text[]', payloads: 'text[]' },
  columns: EVENT,
  sql: (p, columns) =>
    `INSERT INTO job_event (job_id, seq, type, payload)
     SELECT ${p.job}, e.seq, e.type, e.payload::jsonb FROM unnest(${p.seqs}, ${p.types}, ${p.payloads}) AS e(seq, type, payload)
     RETURNING ${columns}`,
})

async function insertEvents(tx: Sql, row: JobRow, events: readonly NewEvent[]): Promise<JobEvent[]> {
  if (events.length === 0) return []
  const first = row.seq - events.length + 1
  const rows = await inserted.all(tx, {
    job: row.id,
    seqs: events.map((_, i) => first + i),
    types: events.map(({ type }) => type),
    payloads: events.map(({ payload }) => toJson(payload)),
  })
  return rows.map(toEvent).sort((a, b) => a.seq - b.seq)
}

/** Stores the events of a change of `row`. */
export const tell = async (tx: Sql, row: JobRow, events: readonly NewEvent[]): Promise<Changed> => {
  return { job: toJob(row), row, events: await insertEvents(tx, row, events) }
}

/** Stores what led to a change, and the change itself: the whole job. */
export const tellState = (tx: Sql, row: JobRow, before: readonly NewEvent[] = []): Promise<Changed> =>
  tell(tx, row, [...before, { type: 'state', payload: toJob(row) }])

export const warning = (message: string): NewEvent => {
  return { type: 'log', payload: { level: 'warn', message } }
}
