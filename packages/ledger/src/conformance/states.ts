// The walk through the states, as asked for and as worked on.
import assert from 'node:assert/strict'
import { JOB_TRANSITIONS, type JobState } from '@mistudio/contracts'
import { takeBack } from '../reconcile.js'
import { release, report } from '../work.js'
import {
  act,
  type Check,
  type Connection,
  claimedBy,
  known,
  orphan,
  rowOf,
  submitted,
  toldStates,
} from './connection.js'

/** Every step from one told state to the next is one that the contracts know. */
function areTransitions(states: readonly JobState[]): void {
  for (const [i, state] of states.slice(1).entries()) {
    const before = states[i] as JobState
    if (state !== before) assert(JOB_TRANSITIONS[before].includes(state), `${before} → ${state} is no transition`)
  }
}

export const stateChecks = (open: () => Connection): Check[] => [
  {
    name: 'a job is stored queued, and the event tells of it as it is read',
    run: async () => {
      const connection = open()
      const { job, row, events } = await submitted(connection)
      assert.deepEqual(job, await known(connection.sql, job.id))
      assert.deepEqual(row.params, { trainingId: job.subjectId })
      assert.deepEqual(
        [job.state, job.control, job.queue, job.attempt, row.dispatch],
        ['queued', 'run', 'compute', 0, 0],
      )
      assert.deepEqual(
        events.map(({ seq, type, payload }) => ({ seq, type, payload })),
        [{ seq: 0, type: 'state', payload: job }],
      )
    },
  },
  {
    name: 'a job is paused, resumed and ends, each step told once and known to the contracts',
    run: async () => {
      const connection = open()
      const { transaction, sql } = connection
      const { job } = await submitted(connection)
      const first = await claimedBy(connection, job, 'a')
      assert.equal((await act(connection, job, 'pause')).job.control, 'pause')
      const paused = await transaction((tx) => release(tx, first, { state: 'paused' }))
      assert.deepEqual([paused.job.state, paused.job.control, paused.job.owner], ['paused', 'run', null])
      assert.equal(paused.job.finishedAt, null)
      assert.equal((await act(connection, job, 'resume')).row.dispatch, 1)
      const second = await claimedBy(connection, job, 'b')
      assert.equal(second.attempt, 2)
      const end = await transaction((tx) => release(tx, second, { state: 'completed', result: { loss: 0.5 } }))
      assert.deepEqual(end.job, await known(sql, job.id))
      assert.deepEqual([end.job.state, end.job.result, end.job.owner], ['completed', { loss: 0.5 }, null])
      assert.notEqual(end.job.finishedAt, null)
      const states = await toldStates(connection, job.id)
      assert.deepEqual(states, ['queued', 'running', 'running', 'paused', 'queued', 'running', 'completed'])
      areTransitions(states)
    },
  },
  {
    name: 'a retry begins without the traces of the last end',
    run: async () => {
      const connection = open()
      const { transaction } = connection
      const { job } = await submitted(connection)
      const fence = await claimedBy(connection, job, 'a')
      const progress = { stage: 'Training', fraction: 0.5, done: 5 }
      await transaction((tx) => report(tx, fence, { events: [], progress, advance: { Training: 5 } }))
      const error = { code: 'internal', message: 'It broke.' } as const
      const failed = await transaction((tx) =>
        release(tx, fence, { state: 'failed', error, crash: { signal: 'SIGKILL' } }),
      )
      assert.deepEqual([failed.job.crashes, failed.job.error, failed.row.reached], [1, error, { Training: 5 }])
      assert.deepEqual(
        failed.events.map(({ type }) => type),
        ['log', 'state'],
      )
      const { job: again, row } = await act(connection, job, 'retry')
      assert.deepEqual([again.state, again.crashes, row.reached, row.dispatch], ['queued', 0, {}, 1])
      assert.deepEqual(
        [again.progress, again.error, again.result, again.startedAt, again.finishedAt],
        Array(5).fill(null),
      )
      areTransitions(await toldStates(connection, job.id))
    },
  },
  {
    name: 'what waits is cancelled at once, what runs is told to stop and says when it has',
    run: async () => {
      const connection = open()
      const waiting = await submitted(connection)
      const { job } = await act(connection, waiting.job, 'cancel')
      assert.equal(job.state, 'cancelled')
      assert.notEqual(job.finishedAt, null)
      const running = await submitted(connection)
      const fence = await claimedBy(connection, running.job, 'a')
      assert.equal((await act(connection, running.job, 'cancel')).job.state, 'running')
      await connection.transaction((tx) => release(tx, fence, { state: 'cancelled' }))
      areTransitions(await toldStates(connection, running.job.id))
    },
  },
  {
    name: 'jobs of a silent worker go back to the queue, end as was wanted, or fail after too many deaths',
    run: async () => {
      const connection = open()
      const jobs = [
        await submitted(connection),
        await submitted(connection),
        await submitted(connection),
        await submitted(connection),
      ]
      const [back, unwanted, poison, alive] = jobs.map(({ job }) => job) as [Job, Job, Job, Job]
      for (const job of [back, unwanted, poison, alive]) await claimedBy(connection, job, 'silent')
      await act(connection, unwanted, 'cancel')
      for (const [job, crashes] of [
        [back, 0],
        [unwanted, 0],
        [poison, 5],
      ] as const)
        await orphan(connection, job, crashes)
      const taken = await connection.transaction((tx) => takeBack(tx, 5))
      const states = new Map(taken.map(({ job }) => [job.id, job.state]))
      assert.deepEqual(
        [back, unwanted, poison, alive].map(({ id }) => states.get(id)),
        ['queued', 'cancelled', 'failed', undefined],
      )
      const row = await rowOf(connection.sql, back.id)
      assert.deepEqual([row.owner, row.leaseUntil, row.crashes, row.dispatch], [null, null, 1, 1])
      assert.equal((await known(connection.sql, poison.id)).error?.code, 'job_crashed')
      for (const { id } of [back, unwanted, poison]) areTransitions(await toldStates(connection, id))
    },
  },
]

type Job = Awaited<ReturnType<typeof submitted>>['job']
