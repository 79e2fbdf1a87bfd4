// What is read: the same inside and outside of transactions, whole, in order, and what is cleared away.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type JobListQuery, JobListQuerySchema } from '@mistudio/contracts'
import { statement } from '@mistudio/sql'
import { activeOf, inQueues, listJobs, newestOf, othersWait, prune, readEvents, readJob } from '../read.js'
import { release, report } from '../work.js'
import { beat, readWorkers, sayGoodbye } from '../workers.js'
import { act, aTraining, type Check, type Connection, claimedBy, known, submitted } from './connection.js'

const aged = statement({
  params: { id: 'uuid' },
  sql: (p) => `UPDATE job SET finished_at = now() - interval '2 hours' WHERE id = ${p.id}`,
})

export const readingChecks = (open: () => Connection): Check[] => [
  {
    name: 'a job full of values reads the same inside and outside of a transaction',
    run: async () => {
      const connection = open()
      const { transaction, sql } = connection
      const { job } = await submitted(connection)
      const fence = await claimedBy(connection, job, 'a')
      const progress = { stage: 'Training', fraction: 0.25, done: 5, total: 20, rate: 1.5, etaSeconds: 10 }
      const odd = { text: 'a\u0000b\ud800c', list: [1, 2.5, null, 'ü'], none: null }
      await transaction((tx) =>
        report(tx, fence, { events: [{ type: 'tokens', payload: odd }], progress, advance: null }),
      )
      await transaction((tx) => release(tx, fence, { state: 'completed_with_errors', result: odd }))
      const [outside, inside] = [await readJob(sql, job.id), await transaction((tx) => readJob(tx, job.id))]
      assert.deepEqual(inside, outside)
      assert.deepEqual(outside?.result, { text: 'a\u2400b\uFFFDc', list: [1, 2.5, null, 'ü'], none: null })
      assert.deepEqual(outside?.progress, progress)
      const events = await readEvents(sql, job.id, -1, 10)
      assert.deepEqual(await transaction((tx) => readEvents(tx, job.id, -1, 10)), events)
      assert.deepEqual(
        (await readEvents(sql, job.id, 1, 1)).map(({ seq }) => seq),
        [2],
      )
    },
  },
  {
    name: 'lists hold what is asked for, the newest first, and count all of it',
    run: async () => {
      const connection = open()
      const subjectId = randomUUID()
      const { job: first } = await submitted(connection, aTraining({ subjectId }))
      await act(connection, first, 'cancel')
      const { job: second } = await submitted(connection, aTraining({ subjectId }))
      const found = async (query: Partial<JobListQuery>): Promise<[string[], number]> => {
        const wanted = { ...JobListQuerySchema.parse({}), ...query, subjectId }
        const { items, total } = await listJobs(connection.sql, wanted)
        return [items.map(({ id }) => id), total]
      }
      assert.deepEqual(await found({}), [[second.id, first.id], 2])
      assert.deepEqual(await found({ offset: 1, limit: 1 }), [[first.id], 2])
      assert.deepEqual(await found({ active: true }), [[second.id], 1])
      assert.deepEqual(await found({ active: false }), [[first.id], 1])
      assert.deepEqual(await found({ state: 'cancelled' }), [[first.id], 1])
      assert.deepEqual(await found({ kind: 'data.check' }), [[], 0])
      assert.deepEqual((await newestOf(connection.sql, [subjectId])).get(subjectId)?.id, second.id)
      assert.deepEqual(await newestOf(connection.sql, []), new Map())
      const active = await connection.transaction((tx) => activeOf(tx, [subjectId, randomUUID()]))
      assert.deepEqual(active, [await known(connection.sql, second.id)])
      assert((await inQueues(connection.sql)).some(({ id, state }) => id === second.id && state === 'queued'))
      assert(await othersWait(connection.sql, 'data.check'))
    },
  },
  {
    name: 'streamed text goes an hour after the end, what is told of the job stays',
    run: async () => {
      const connection = open()
      const { job } = await submitted(connection)
      const fence = await claimedBy(connection, job, 'a')
      const news = { events: [{ type: 'tokens', payload: 'once' }], progress: null, advance: null }
      await connection.transaction((tx) => report(tx, fence, news))
      await connection.transaction((tx) => release(tx, fence, { state: 'completed' }))
      const types = async () => (await readEvents(connection.sql, job.id, -1, 10)).map(({ type }) => type)
      await prune(connection.sql)
      assert.deepEqual(await types(), ['state', 'state', 'tokens', 'state'])
      await aged.run(connection.sql, { id: job.id })
      await prune(connection.sql)
      assert.deepEqual(await types(), ['state', 'state', 'state'])
    },
  },
  {
    name: 'a worker is heard until it says goodbye',
    run: async () => {
      const { sql } = open()
      const id = `w-${randomUUID()}`
      const runners = [{ queue: 'compute', pid: 7, jobId: null, rssBytes: null, silentSeconds: null }]
      await beat(sql, { id, hostname: 'here', pid: 1, runners })
      const told = (await readWorkers(sql)).find((one) => one.id === id)
      assert.deepEqual(told?.runners, runners)
      assert(told.silentSeconds < 60)
      await sayGoodbye(sql, id)
      assert(!(await readWorkers(sql)).some((one) => one.id === id))
    },
  },
]
