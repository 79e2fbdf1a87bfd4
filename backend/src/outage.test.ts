// The database dies, starts, has no room, or is asked by a thousand at once: every answer says so with 503 and Retry-After, none is a 500.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Answer, startTestApp, type TestApp } from './testing/app.js'

interface Postgres {
  readonly url: string
  pid(): number | null
  stop(): Promise<void>
}
interface Scripts {
  startPostgres(options: { folder: string; port: number; secrets: unknown }): Promise<{
    urls: { superuser: string }
    pid(): number | null
    stop(): Promise<void>
  }>
  serverSecrets(folder: string): { secrets: unknown }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

let folder: string
let start: () => Promise<Postgres>
let postgres: Postgres
let test: TestApp
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mistudio-outage-'))
  const script = (name: string) => new URL(`../../scripts/lib/${name}.mjs`, import.meta.url).href
  const { startPostgres }: Pick<Scripts, 'startPostgres'> = await import(script('postgres'))
  const { serverSecrets }: Pick<Scripts, 'serverSecrets'> = await import(script('secrets'))
  const { secrets } = serverSecrets(path.join(folder, 'secrets'))
  const port = await freePort()
  start = async () => {
    const { urls, ...server } = await startPostgres({ folder: path.join(folder, 'postgres'), port, secrets })
    return { url: urls.superuser, ...server }
  }
  postgres = await start()
  test = await startTestApp(undefined, postgres.url)
})
afterAll(async () => {
  await test.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})

const READS = ['/models', '/jobs', '/saes', '/trainings', '/settings', '/auth/keys', '/templates', '/steering']

/** Asks for a while, `lanes` at a time, also with a write in each round. */
async function load(until: () => boolean, lanes = 8): Promise<Answer[]> {
  const answers: Answer[] = []
  const lane = async (offset: number): Promise<void> => {
    for (let at = offset; !until(); at += 1) {
      answers.push(await test.call('GET', READS[at % READS.length] ?? '/jobs'))
      answers.push(await test.call('POST', '/auth/keys', { name: `key ${at}`, scope: 'read' }))
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, offset) => lane(offset)))
  return answers
}

const worthRetrying = (answer: Answer): boolean =>
  answer.status === 503 && Number(answer.headers.get('retry-after')) > 0
const fine = (answer: Answer): boolean => answer.status < 300

/** Loads the server while `trouble` happens; ends when it answers again. */
async function answersDuring(trouble: () => Promise<void>): Promise<Answer[]> {
  let over = false
  const answers = load(() => over)
  await trouble()
  await expect.poll(async () => (await test.call('GET', '/jobs')).status, { timeout: 30_000 }).toBe(200)
  over = true
  return answers
}

const onServer = async <T extends pg.QueryResultRow>(statement: string): Promise<T[]> => {
  const client = new pg.Client(postgres.url)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<T>(statement)).rows
  } finally {
    await client.end()
  }
}

const statuses = (answers: readonly Answer[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe('while PostgreSQL', () => {
  it('recovers from the crash of one of its processes', async () => {
    const answers = await answersDuring(async () => {
      const [row] = await onServer<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' LIMIT 1`,
      )
      process.kill(row?.pid ?? Number.NaN, 'SIGKILL')
    })
    expect(
      answers.filter((answer) => !fine(answer) && !worthRetrying(answer)).map(({ status, body }) => [status, body]),
    ).toEqual([])
    expect(statuses(answers)).toHaveProperty('503')
  })

  it('is killed and started again', async () => {
    const answers = await answersDuring(async () => {
      process.kill(postgres.pid() ?? Number.NaN, 'SIGKILL')
      await expect.poll(async () => (await test.call('GET', '/jobs')).status).toBe(503)
      await expect
        .poll(
          () =>
            start().then(
              () => true,
              () => false,
            ),
          { timeout: 30_000 },
        )
        .toBe(true)
    })
    expect(
      answers.filter((answer) => !fine(answer) && !worthRetrying(answer)).map(({ status, body }) => [status, body]),
    ).toEqual([])
  })

  it('has no room left on its disk', async () => {
    await test.database.pool.query(`
      CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER no_room BEFORE INSERT ON training_template FOR EACH ROW EXECUTE FUNCTION no_room();
      CREATE TRIGGER no_room BEFORE INSERT ON api_key FOR EACH ROW EXECUTE FUNCTION no_room();`)
    const params = {
      site: 'blocks.0.hook_resid_post',
      architecture: 'topk',
      expansion: 4,
      k: 4,
      steps: 400,
      batchSize: 64,
    }
    const body = { name: 'x', params }
    for (const answer of [
      await test.call('POST', '/templates', body),
      await test.call('POST', '/auth/keys', { name: 'x', scope: 'read' }),
    ]) {
      expect(answer.body.error).toMatchObject({
        code: 'disk_full',
        message: expect.stringContaining('Free some space'),
      })
      expect(worthRetrying(answer)).toBe(true)
    }
  })

  it('has no room for a session either: who is signed in reads on, who signs in is told why', async () => {
    const key = (await test.call('GET', '/auth/keys')).body.data[0]
    const signIn = () => test.call('POST', '/auth/login', { apiKey: test.key }, {})
    const browser = { cookie: (await signIn()).headers.get('set-cookie')?.split(';')[0] ?? '' }
    await test.database.pool.query(`
      CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON session FOR EACH ROW EXECUTE FUNCTION no_room();
      CREATE TRIGGER no_room_again BEFORE UPDATE ON api_key FOR EACH ROW EXECUTE FUNCTION no_room();`)
    const answer = await signIn()
    expect(answer.body.error).toMatchObject({ code: 'disk_full', message: expect.stringContaining('cannot sign in') })
    expect(worthRetrying(answer)).toBe(true)
    const asked = Date.now()
    // The last use of both is due to be written again.
    vi.setSystemTime(asked + 120_000)
    const answers = [await test.call('GET', '/models'), await test.call('GET', '/models', undefined, browser)]
    vi.useRealTimers()
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const unwritten = (await test.call('GET', '/auth/keys')).body.data.find(({ id }: { id: string }) => id === key.id)
    expect(unwritten).toEqual(key)
  })
})

it('answers a thousand reads at once, or refuses some at the door, but fails none half-way', async () => {
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, at) => test.call('GET', READS[at % READS.length] ?? '/jobs')),
  )
  expect(answers.filter((answer) => !fine(answer) && !worthRetrying(answer))).toEqual([])
  expect(answers.filter(fine).length).toBeGreaterThan(0)
})
