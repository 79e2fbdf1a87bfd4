// Redis only delivers: without it work is still accepted, questions say that they cannot be answered, and the process lives.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './testing/app.js'

let test: TestApp
beforeAll(async () => {
  // Port 1 is never Redis.
  test = await startTestApp('redis://127.0.0.1:1')
})
afterAll(() => test.close())

it('accepts work, refuses questions and says so in health', async () => {
  const file = path.join(test.importRoot, 'a.txt')
  await writeFile(file, 'once')
  const source = { type: 'path', path: file }
  const created = await test.call('POST', '/datasets', { name: 'a', source })
  expect(created.status).toBe(201)
  expect(created.body.data.job.state).toBe('queued')
  const question = await test.call('POST', '/datasets/preview', { source })
  expect(question.status).toBe(503)
  expect(question.headers.get('retry-after')).toBe('5')
  const health = await test.call('GET', '/health')
  expect(health.status).toBe(503)
  // Everybody may read this: no address of a server, no text of a driver.
  expect(health.body.data).toMatchObject({
    database: { ok: true },
    redis: { ok: false, detail: 'Redis does not answer.' },
  })
})
