// Reads jobs and their events, and clears away what nobody reads again.
import {
  type Job,
  type JobEvent,
  type JobListQuery,
  JobSchema,
  QUESTION_KINDS,
  TERMINAL_STATES,
} from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'
import { EVENT, JOB, toEvent, toJob } from './rows.js'

const ENDED = `state IN (${TERMINAL_STATES.map((state) => `'${state}'`).join(', ')})`
const QUESTIONS = [...QUESTION_KINDS]
const QUEUED = JobSchema.pick({ id: true, queue: true, kind: true, title: true, state: true })
const KEEP_TOKENS_SECONDS = 3600
const KEEP_QUESTIONS_SECONDS = 86_400

const byId = statement({
  params: { id: 'uuid' },
  columns: JOB,
  sql: (p, columns) => `SELECT ${columns} FROM job WHERE id = ${p.id}`,
})

export async function readJob(db: Sql, id: string): Promise<Job | null> {
  const row = await byId.first(db, { id })
  return row && toJob(row)
}

const LISTED = {
  hidden: 'text[]',
  kind: 'text?',
  state: 'text?',
  active: 'boolean?',
  subjectId: 'uuid?',
} as const
const isListed = (p: Readonly<Record<keyof typeof LISTED, string>>): string =>
  `kind <> ALL(${p.hidden}) AND (${p.kind} IS NULL OR kind = ${p.kind}) AND (${p.state} IS NULL OR state = ${p.state})
   AND (${p.active} IS NULL OR (${ENDED}) <> ${p.active}) AND (${p.subjectId} IS NULL OR subject_id = ${p.subjectId})`

const page = statement({
  params: { ...LISTED, offset: 'int', limit: 'int' },
  columns: JOB,
  sql: (p, columns) =>
    `SELECT ${columns} FROM job WHERE ${isListed(p)} ORDER BY created_at DESC, id OFFSET ${p.offset} LIMIT ${p.limit}`,
})
const counted = statement({
  params: LISTED,
  columns: { total: 'bigint' },
  sql: (p) => `SELECT count(*) AS total FROM job WHERE ${isListed(p)}`,
})

export async function listJobs(db: Sql, query: JobListQuery): Promise<{ items: Job[]; total: number }> {
  const { kind = null, state = null, active = null, subjectId = null, offset, limit } = query
  const listed = { hidden: query.questions ? [] : QUESTIONS, kind, state, active, subjectId }
  const [rows, count] = await Promise.all([page.all(db, { ...listed, offset, limit }), counted.first(db, listed)])
  return { items: rows.map(toJob), total: count?.total ?? 0 }
}

const eventsAfter = statement({
  params: { job: 'uuid', after: 'int', limit: 'int' },
  columns: EVENT,
  sql: (p, columns) =>
    `SELECT ${columns} FROM job_event WHERE job_id = ${p.job} AND seq > ${p.after} ORDER BY seq LIMIT ${p.limit}`,
})

export const readEvents = async (db: Sql, job: string, after: number, limit: number): Promise<JobEvent[]> =>
  (await eventsAfter.all(db, { job, after, limit })).map(toEvent)

const newest = statement({
  params: { subjects: 'uuid[]', questions: 'text[]' },
  columns: JOB,
  sql: (p, columns) =>
    `SELECT ${columns} FROM job WHERE id IN (SELECT DISTINCT ON (subject_id) id FROM job
       WHERE subject_id = ANY(${p.subjects}) AND kind <> ALL(${p.questions}) AND subject_type <> 'system'
       ORDER BY subject_id, created_at DESC, id)`,
})

/** The newest job of each subject, short questions left out. */
export async function newestOf(db: Sql, subjects: readonly string[]): Promise<Map<string, Job>> {
  if (subjects.length === 0) return new Map()
  const rows = await newest.all(db, { subjects, questions: QUESTIONS })
  return new Map(rows.map((row) => [row.subjectId, toJob(row)]))
}

/** The state of what `newestOf` answers, as an expression for lists of subjects. @param questions Place of the kinds of questions. */
export const newestStateSql = (subject: string, questions: string): string =>
  `(SELECT j.state FROM job j WHERE j.subject_id = ${subject} AND j.kind <> ALL(${questions}::text[]) AND j.subject_type <> 'system'
    ORDER BY j.created_at DESC, j.id LIMIT 1)`

const active = statement({
  params: { subjects: 'uuid[]' },
  columns: JOB,
  sql: (p, columns) =>
    `SELECT ${columns} FROM job WHERE subject_id = ANY(${p.subjects}) AND subject_type <> 'system' AND NOT ${ENDED}`,
})

/** Jobs of these subjects that have not ended. */
export const activeOf = async (db: Sql, subjects: readonly string[]): Promise<Job[]> =>
  (await active.all(db, { subjects })).map(toJob)

const unfinished = statement({
  params: {},
  columns: { id: 'uuid', queue: 'text', kind: 'text', title: 'text', state: 'text' },
  sql: (_, columns) => `SELECT ${columns} FROM job WHERE state IN ('queued', 'running') ORDER BY queued_at, id`,
})

/** What runs and what waits, in the order of the queue. */
export const inQueues = async (db: Sql): Promise<Pick<Job, 'id' | 'queue' | 'kind' | 'title' | 'state'>[]> =>
  (await unfinished.all(db, {})).map((row) => QUEUED.parse(row))

const others = statement({
  params: { kind: 'text' },
  columns: { busy: 'boolean' },
  sql: (p) => `SELECT EXISTS (SELECT 1 FROM job WHERE state IN ('queued', 'running') AND kind <> ${p.kind}) AS busy`,
})

/** Whether jobs of any other kind run or wait to. */
export const othersWait = async (db: Sql, kind: string): Promise<boolean> =>
  (await others.first(db, { kind }))?.busy ?? false

const tokensPruned = statement({
  params: { age: 'int' },
  sql: (p) =>
    `DELETE FROM job_event e USING job j WHERE e.type = 'tokens' AND j.id = e.job_id AND j.${ENDED}
       AND j.finished_at < now() - ${p.age} * interval '1 second'`,
})
const questionsPruned = statement({
  params: { questions: 'text[]', age: 'int' },
  sql: (p) =>
    `DELETE FROM job WHERE kind = ANY(${p.questions}) AND ${ENDED} AND created_at < now() - ${p.age} * interval '1 second'`,
})

/** Deletes streamed text of jobs that ended an hour ago, whose results hold it, and ended questions older than a day. */
export async function prune(db: Sql): Promise<void> {
  await questionsPruned.run(db, { questions: QUESTIONS, age: KEEP_QUESTIONS_SECONDS })
  await tokensPruned.run(db, { age: KEEP_TOKENS_SECONDS })
}
