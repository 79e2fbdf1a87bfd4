// Who may not write: the second claimant, the owner of an attempt that is over, and whoever acts on a job that went on meanwhile.
import assert from 'node:assert/strict'
import { changeFor } from '../actions.js'
import { change } from '../ask.js'
import { overdue, redispatch, takeBack } from '../reconcile.js'
import { claim, FencedError, hold, release, renew, report } from '../work.js'
import { act, type Check, type Connection, claimedBy, known, orphan, rowOf, submitted } from './connection.js'

export const fenceChecks = (open: () => Connection): Check[] => [
  {
    name: 'of two claimants at the same moment one gets the job',
    run: async () => {
      const connection = open()
      const { job } = await submitted(connection)
      const claims = await Promise.all(
        ['a', 'b'].map((owner) => connection.transaction((tx) => claim(tx, job.id, owner))),
      )
      assert.equal(claims.filter(Boolean).length, 1)
      assert.equal((await known(connection.sql, job.id)).attempt, 1)
    },
  },
  {
    name: 'an owner whose lease ran out changes nothing',
    run: async () => {
      const connection = open()
      const { transaction, sql } = connection
      const { job } = await submitted(connection)
      const stale = await claimedBy(connection, job, 'stale')
      await orphan(connection, job)
      await transaction((tx) => takeBack(tx, 5))
      await claimedBy(connection, job, 'fresh')
      const before = await rowOf(sql, job.id)
      const progress = { stage: 'Training', fraction: 1 }
      const news = { events: [{ type: 'log', payload: {} }], progress, advance: { Training: 1 } }
      await assert.rejects(renew(sql, stale), FencedError)
      await assert.rejects(
        transaction((tx) => hold(tx, stale)),
        FencedError,
      )
      await assert.rejects(
        transaction((tx) => report(tx, stale, news)),
        FencedError,
      )
      await assert.rejects(
        transaction((tx) => release(tx, stale, { state: 'completed' })),
        FencedError,
      )
      assert.deepEqual(await rowOf(sql, job.id), before)
    },
  },
  {
    name: 'the same owner in another attempt is another',
    run: async () => {
      const connection = open()
      const { job } = await submitted(connection)
      const first = await claimedBy(connection, job, 'a')
      await connection.transaction((tx) => release(tx, first, { state: 'queued' }))
      const second = await claimedBy(connection, job, 'a')
      await assert.rejects(renew(connection.sql, first), FencedError)
      assert.equal(await renew(connection.sql, second), 'run')
      assert((await rowOf(connection.sql, job.id)).leaseUntil, 'a renewed lease has an end')
    },
  },
  {
    name: 'an action on a job that went on meanwhile changes nothing and tells nothing',
    run: async () => {
      const connection = open()
      const { job } = await submitted(connection)
      await claimedBy(connection, job, 'a')
      const before = await rowOf(connection.sql, job.id)
      const late = await connection.transaction((tx) => change(tx, job, changeFor(job, 'cancel')))
      assert.equal(late, null)
      assert.deepEqual(await rowOf(connection.sql, job.id), before)
      assert.throws(() => changeFor({ kind: job.kind, state: 'completed', control: 'run' }, 'cancel'), /ended already/)
    },
  },
  {
    name: 'an entry is numbered anew once, and only while its job waits',
    run: async () => {
      const connection = open()
      const { job } = await submitted(connection)
      const entry = { id: job.id, queue: job.queue, dispatch: 0 }
      assert.equal(await redispatch(connection.sql, entry), 1)
      assert.equal(await redispatch(connection.sql, entry), null)
      await act(connection, job, 'pause')
      assert.equal(await redispatch(connection.sql, { id: job.id, queue: job.queue, dispatch: 1 }), null)
      assert(!(await overdue(connection.sql)).some(({ id }) => id === job.id))
    },
  },
]
