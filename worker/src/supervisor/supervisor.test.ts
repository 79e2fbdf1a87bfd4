import { RUNNER_BEAT_SECONDS, WORKER_BEAT_SECONDS } from '@mistudio/contracts'
import { claim, FencedError, release } from '@mistudio/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Publisher } from './publisher.js'
import { reconcile } from './reconciler.js'
import { storeReports } from './reports.js'
import { doneOf, MAX_CRASHES, openWorld, type World } from './testing/world.js'

const STEPS = 40
const everyStep = Array.from({ length: STEPS }, (_, step) => step)
const ended = (row: { state: string }) => ['completed', 'failed', 'cancelled'].includes(row.state)

describe('the supervisor', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
    await world.supervise()
  })
  afterAll(() => world.close())

  it('runs a job to its result', async () => {
    const id = await world.submit({ act: 'complete' })
    expect(await world.until(id, ended, 'the end')).toMatchObject({
      state: 'completed',
      result: { attempt: 1 },
      owner: null,
    })
  })

  it('stores the typed error of a job that refuses its input', async () => {
    const id = await world.submit({ act: 'refuse' })
    const row = await world.until(id, ended, 'the end')
    expect(row).toMatchObject({
      state: 'failed',
      error: { code: 'dataset_invalid', message: 'Line 7 is broken.', details: { line: 7 } },
    })
  })

  it('goes on by itself after its runner was killed, with every metric exactly once', async () => {
    const id = await world.submit({ act: 'count', steps: STEPS, pauseMs: 150 })
    await world.until(id, (row) => doneOf(row) > 8, 'some progress')
    process.kill(await world.runnerPid(id), 'SIGKILL')
    const row = await world.until(id, ended, 'the end')
    expect(row).toMatchObject({ state: 'completed', attempt: 2 })
    expect(await world.metricRows(id)).toEqual(everyStep)
  })

  it('numbers the events of a job without a gap', async () => {
    const id = await world.submit({ act: 'count', steps: 5 })
    const { seq } = await world.until(id, ended, 'the end')
    const { rows } = await world.db.query<{ seq: number }>('SELECT seq FROM job_event WHERE job_id = $1 ORDER BY seq', [
      id,
    ])
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: seq + 1 }, (_, i) => i))
  })

  it('pauses, and resumes where it was', async () => {
    const id = await world.submit({ act: 'count', steps: STEPS, pauseMs: 60 })
    await world.until(id, (row) => doneOf(row) > 5, 'some progress')
    await world.want(id, 'pause')
    const paused = await world.until(id, (row) => row.state === 'paused', 'the pause')
    expect(paused.control).toBe('run')
    await world.db.query(`UPDATE job SET state = 'queued', dispatch = 2 WHERE id = $1`, [id])
    await world.queues.add('compute', id, 2)
    await world.until(id, ended, 'the end')
    expect(await world.metricRows(id)).toEqual(everyStep)
  })

  it('cancels a runner that does not answer by ending it', async () => {
    const id = await world.submit({ act: 'deaf' })
    await world.until(id, (row) => row.state === 'running', 'the start')
    await world.want(id, 'cancel')
    expect(await world.until(id, ended, 'the end')).toMatchObject({ state: 'cancelled' })
  })

  it('answers questions while others never end', async () => {
    const question = { kind: 'dataset.preview', queue: 'questions' } as const
    const endless = await Promise.all([world.submit({ act: 'hog' }, question), world.submit({ act: 'deaf' }, question)])
    for (const id of endless) await world.until(id, (row) => row.state === 'running', 'the start')
    const quick = await world.submit({ act: 'complete' }, question)
    expect(await world.until(quick, ended, 'the answer')).toMatchObject({ state: 'completed' })
    for (const id of endless) expect(await world.row(id)).toMatchObject({ state: 'running' })
    for (const id of endless) await world.want(id, 'cancel')
    for (const id of endless) await world.until(id, ended, 'the end')
  })

  it('tries a question whose runner died once more, and then says so', async () => {
    const id = await world.submit({ act: 'poison' }, { kind: 'dataset.preview', queue: 'questions' })
    const row = await world.until(id, ended, 'the end')
    expect(row).toMatchObject({ state: 'failed', attempt: 2, error: { code: 'job_crashed' } })
  })

  it('gives up on a job whose runner dies again and again without advancing', async () => {
    const id = await world.submit({ act: 'poison' })
    const row = await world.until(id, ended, 'the end')
    expect(row).toMatchObject({ state: 'failed', error: { code: 'job_crashed' }, crashes: MAX_CRASHES + 1 })
  })

  it('gives up on a job that dies in a stage of its end, however much it does again before', async () => {
    const id = await world.submit({ act: 'late-poison' })
    const row = await world.until(id, ended, 'the end')
    expect(row).toMatchObject({ state: 'failed', error: { code: 'job_crashed' }, reached: { counting: 10 } })
    expect(row.attempt).toBe(MAX_CRASHES + 1)
  })

  it('does not give up on a job that comes further in every attempt, however often it dies', async () => {
    const id = await world.submit({ act: 'frail', steps: MAX_CRASHES + 2 })
    expect(await world.until(id, ended, 'the end')).toMatchObject({ state: 'completed', attempt: MAX_CRASHES + 3 })
  })

  it('finds a queued job that the emptied queue forgot', async () => {
    const id = await world.submit({ act: 'complete' }, { enqueue: false })
    expect(await world.until(id, ended, 'the end')).toMatchObject({ state: 'completed' })
  })

  it('finishes a running job although Redis lost everything', async () => {
    const id = await world.submit({ act: 'count', steps: STEPS, pauseMs: 60 })
    await world.until(id, (row) => doneOf(row) > 5, 'some progress')
    await world.redis.flushdb()
    expect(await world.until(id, ended, 'the end')).toMatchObject({ state: 'completed', attempt: 1 })
    const next = await world.submit({ act: 'complete' })
    expect(await world.until(next, ended, 'the end of the next job')).toMatchObject({ state: 'completed' })
  })
})

describe('the ledger', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  it('lets an owner whose lease ran out write nothing', async () => {
    const id = await world.submit({ act: 'count' }, { enqueue: false })
    await claim(world.db, id, 'stale')
    await world.db.query(`UPDATE job SET lease_until = now() - interval '1 second' WHERE id = $1`, [id])
    await reconcile(world.db, world.queues, new Publisher(world.redis))
    await claim(world.db, id, 'fresh')
    const stale = { id, owner: 'stale', attempt: 1 }
    const report = { kind: 'metrics', step: 1, values: { loss: 1 } } as const
    await expect(storeReports(world.db, stale, [report], null)).rejects.toThrow(FencedError)
    await expect(release(world.db, stale, { state: 'completed' })).rejects.toThrow(FencedError)
    expect(await world.metricRows(id)).toEqual([])
    expect(await world.row(id)).toMatchObject({ state: 'running', owner: 'fresh', attempt: 2 })
  })
})

describe('a question that takes longer than it may', () => {
  it('is ended with its runner, whatever the runner does, and the next one gets another', async () => {
    const world = await openWorld()
    await world.supervise({ questionSeconds: 1 })
    const question = { kind: 'dataset.preview', queue: 'questions' } as const
    for (const act of ['hog', 'deaf']) {
      const row = await world.until(await world.submit({ act }, question), ended, 'the end')
      expect(row).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'job_timeout' } })
    }
    await world.close()
  })
})

describe('a runner that hangs', () => {
  it('is told of with the age of its last word, and one at work is heard', async () => {
    const world = await openWorld()
    await world.supervise()
    const id = await world.submit({ act: 'deaf' })
    const pid = await world.runnerPid(id)
    const silence = async (): Promise<number> => {
      const { rows } = await world.db.query<{ silent: number }>(
        `SELECT (r->>'silentSeconds')::float8 AS silent FROM worker_process, jsonb_array_elements(runners) r WHERE r->>'jobId' = $1`,
        [id],
      )
      return rows[0]?.silent ?? Number.NaN
    }
    // Two beats of the worker later a runner that only waits was heard, for it beats, too.
    await new Promise((done) => setTimeout(done, 2 * 1000 * WORKER_BEAT_SECONDS))
    expect(await silence()).toBeLessThan(RUNNER_BEAT_SECONDS + 2)
    process.kill(pid, 'SIGSTOP')
    await expect.poll(silence, { timeout: 20_000 }).toBeGreaterThan(RUNNER_BEAT_SECONDS + 2)
    await world.want(id, 'cancel')
    await world.until(id, ended, 'the end')
    await world.close()
  })

  it('is ended, and its job goes on from what it stored', async () => {
    const world = await openWorld()
    await world.supervise({ silentSeconds: 8 })
    const id = await world.submit({ act: 'count', steps: STEPS, pauseMs: 500 })
    await world.until(id, (row) => doneOf(row) > 5, 'some progress')
    process.kill(await world.runnerPid(id), 'SIGSTOP')
    const row = await world.until(id, ended, 'the end')
    expect(row).toMatchObject({ state: 'completed', attempt: 2 })
    expect(await world.metricRows(id)).toEqual(everyStep)
    await world.close()
  })
})

describe('a supervisor that is asked to stop', () => {
  it('puts its running job back, to be finished by the next one', async () => {
    const world = await openWorld()
    const first = await world.supervise()
    const id = await world.submit({ act: 'count', steps: STEPS, pauseMs: 60 })
    await world.until(id, (row) => doneOf(row) > 5, 'some progress')
    await first.stop()
    expect(await world.row(id)).toMatchObject({ state: 'queued', owner: null, crashes: 0 })
    await world.supervise()
    await world.until(id, ended, 'the end')
    expect(await world.metricRows(id)).toEqual(everyStep)
    await world.close()
  })
})
