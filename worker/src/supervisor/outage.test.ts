import { JobSchema } from '@mistudio/contracts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { doneOf, openWorld, type World } from './testing/world.js'

const ended = (row: { state: string }) => ['completed', 'failed', 'cancelled'].includes(row.state)
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

describe('storing what runners report', () => {
  let world: World
  let admin: pg.Client
  beforeAll(async () => {
    world = await openWorld()
    world.db.on('error', () => undefined)
    admin = new pg.Client({ connectionString: world.databaseUrl })
    await admin.connect()
    await world.supervise()
  })
  afterAll(async () => {
    await admin.end()
    await world.close()
  })

  const eventsOf = async (id: string, type: string): Promise<unknown[]> => {
    const { rows } = await admin.query<{ payload: unknown }>(
      'SELECT payload FROM job_event WHERE job_id = $1 AND type = $2 ORDER BY seq',
      [id, type],
    )
    return rows.map(({ payload }) => payload)
  }

  it('stores a NUL, for which PostgreSQL has no place, as its visible sign, and half of a surrogate pair as U+FFFD', async () => {
    const id = await world.submit({ act: 'odd-text' })
    const row = await world.until(id, ended, 'the end')
    expect(row).toMatchObject({ state: 'completed', result: { text: 'a\u2400b\uFFFDc' } })
    expect(await eventsOf(id, 'tokens')).toEqual([{ text: 'a\u2400b\uFFFDc' }])
  })

  it('fails a job whose reports the database refuses, instead of trying for ever', async () => {
    const id = await world.submit({ act: 'count' }, { enqueue: false })
    await admin.query('DELETE FROM run WHERE id = (SELECT subject_id FROM job WHERE id = $1)', [id])
    await world.queues.add('compute', id, 1)
    expect(await world.until(id, ended, 'the end')).toMatchObject({ state: 'failed', error: { code: 'internal' } })
  })

  it('tells of every change of state with the whole job', async () => {
    const id = await world.submit({ act: 'complete' })
    await world.until(id, ended, 'the end')
    const states = (await eventsOf(id, 'state')).map((payload) => JobSchema.parse(payload).state)
    expect(states).toEqual(['running', 'completed'])
  })

  it('finishes a job although every database connection is cut again and again', async () => {
    const id = await world.submit({ act: 'count', steps: 40, pauseMs: 60 })
    await world.until(id, (row) => doneOf(row) > 3, 'some progress')
    for (let cut = 0; cut < 8; cut++) {
      await admin.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      )
      await pause(150)
    }
    const row = await world.until(id, ended, 'the end')
    expect(row).toMatchObject({ state: 'completed', crashes: 0 })
    expect(await world.metricRows(id)).toEqual(Array.from({ length: 40 }, (_, step) => step))
  })
})
