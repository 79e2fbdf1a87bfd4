// Guards what the move to the metric store makes of a database of before: every value is there, once, before and after it is packed.
import { randomUUID } from 'node:crypto'
import { foldTail, readPoints, summariesOf } from '@mistudio/runs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { beforeMigration, type Migrating } from '../testing/migrating.js'

let old: Migrating
beforeAll(async () => {
  old = await beforeMigration('20261130230000_runs')
})
afterAll(() => old.end())

it('keeps every value, those that were not finite, and when each step was reported', async () => {
  const [id, empty] = [randomUUID(), randomUUID()]
  const { client } = old
  for (const run of [id, empty]) {
    await client.query(`INSERT INTO run (id, kind, name) VALUES ($1, 'sae-training', 'r')`, [run])
  }
  await client.query(
    `INSERT INTO run_metric (run_id, key, step, value, at)
     SELECT $1, 'loss', i * 10, CASE WHEN i % 100 = 7 THEN NULL ELSE i / 3.0 END, to_timestamp(i) FROM generate_series(1, 10000) i`,
    [id],
  )
  await client.query(
    `INSERT INTO run_metric (run_id, key, step, value, at) VALUES ($1, 'l0', 500, 16, to_timestamp(60))`,
    [id],
  )
  await client.query(
    `INSERT INTO job (id, kind, queue, subject_type, subject_id, title, params) VALUES ($1, 'training.run', 'compute', 'training', $1, 't', '{}')`,
    [id],
  )
  await client.query(
    `INSERT INTO job_event (job_id, seq, type, payload) VALUES ($1, 0, 'metrics', '{}'), ($1, 1, 'log', '{}')`,
    [id],
  )
  await old.apply()

  const all = { keys: ['loss', 'l0', '_time'], from: null, to: null }
  const told: unknown[] = []
  for (const when of ['as it was moved', 'packed']) {
    const read = await readPoints(client, id, all)
    const loss = read?.series.get('loss')
    expect(loss?.steps, when).toEqual(Array.from({ length: 10_000 }, (_, i) => 10 * (i + 1)))
    expect(loss?.values).toEqual(
      Array.from({ length: 10_000 }, (_, i) => ((i + 1) % 100 === 7 ? Number.NaN : (i + 1) / 3)),
    )
    expect(read?.series.get('l0')).toEqual({ steps: [500], values: [16] })
    const time = read?.series.get('_time')
    expect([time?.steps.length, time?.values[0], time?.values[49]]).toEqual([10_000, 1000, 50_000])
    told.push((await summariesOf(client, [id])).get(id))
    while ((await foldTail(client, id)) > 0);
  }
  expect(told[0]).toEqual(told[1])
  expect(told[0]).toMatchObject([
    { path: 'l0', count: 1, last: 16 },
    { path: 'loss', count: 10_000, gaps: 100, min: 1 / 3, max: 10_000 / 3, firstStep: 10, lastStep: 100_000 },
  ])
  expect((await client.query('SELECT type FROM job_event')).rows).toEqual([{ type: 'log' }])
  expect((await readPoints(client, empty, all))?.series.size).toBe(0)
})
