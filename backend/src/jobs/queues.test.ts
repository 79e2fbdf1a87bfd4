// Guards: what waits is told in the order in which it will be taken, with the age of the worker; a hung worker ends a waiting question
// with words; another attempt does not keep the clock of the one before.
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())
beforeEach(() => test.database.pool.query('TRUNCATE job, worker_process CASCADE'))

const beat = (silentSeconds: number) =>
  test.database.pool.query(
    `INSERT INTO worker_process (id, hostname, pid, heartbeat_at) VALUES ('w', 'h', 1, now() - $1 * interval '1 second')`,
    [silentSeconds],
  )

const job = async (title: string, over: Record<string, unknown> = {}): Promise<string> => {
  const id = randomUUID()
  const subjectId = randomUUID()
  const row = { id, kind: 'training.run', queue: 'compute', subjectType: 'training', subjectId, title, params: {} }
  await test.database.prisma.job.create({ data: { ...row, ...over } })
  return id
}

it('tells what runs and what waits, by the time of queueing', async () => {
  await beat(30)
  const running = await job('X', { state: 'running' })
  const late = await job('resumed a moment ago', { createdAt: new Date(0), queuedAt: new Date(2000) })
  const early = await job('waits longest', { queuedAt: new Date(1000) })
  const { body } = await test.call('GET', '/queues')
  const compute = body.data.pools.find((pool: { queue: string }) => pool.queue === 'compute')
  expect(compute).toEqual({
    queue: 'compute',
    running: [{ id: running, kind: 'training.run', title: 'X', silentSeconds: null }],
    waiting: [early, late],
  })
  expect(body.data.workers[0].silentSeconds).toBeGreaterThanOrEqual(30)
})

it('tells how long the runner of each job has been silent', async () => {
  await beat(3)
  const running = await job('X', { state: 'running' })
  const runners = [{ queue: 'compute', pid: 7, jobId: running, rssBytes: null, silentSeconds: 40 }]
  await test.database.pool.query('UPDATE worker_process SET runners = $1', [JSON.stringify(runners)])
  const { body } = await test.call('GET', '/queues')
  const [compute] = body.data.pools
  expect(compute.running[0]).toMatchObject({ id: running, silentSeconds: expect.closeTo(43, 0) })
})

it('ends a question whose worker falls silent, saying so', async () => {
  await beat(11.5)
  const file = path.join(test.importRoot, 'a.txt')
  await writeFile(file, 'x')
  const { status, body } = await test.call('POST', '/datasets/preview', { source: { type: 'path', path: file } })
  expect(status).toBe(503)
  expect(body.error.message).toMatch(/No worker has answered for 1\d s/)
  const { rows } = await test.database.pool.query('SELECT state FROM job')
  expect(rows).toEqual([{ state: 'cancelled' }])
})

it('begins another attempt without the time and the progress of the last', async () => {
  const subjectId = randomUUID()
  const id = await job('check', {
    kind: 'installation.check',
    subjectType: 'system',
    subjectId,
    state: 'failed',
    startedAt: new Date(0),
    finishedAt: new Date(1),
    progress: { stage: 'Training', fraction: 0.7 },
  })
  const { body } = await test.call('POST', `/jobs/${id}/retry`)
  expect(body.data).toMatchObject({ state: 'queued', startedAt: null, finishedAt: null, progress: null })
})

it('answers a ping without asking anybody', async () => {
  expect((await test.call('GET', '/ping', undefined, {})).body).toEqual({ data: 'pong' })
})
