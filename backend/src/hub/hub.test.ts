// The hub room of the backend against real servers: the token stays secret, a download becomes one model.
import { randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { SealedSecretSchema } from '@mistudio/contracts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'

const TOKEN = 'hf_abcdefghijklmnopqrstuvwxyz'
const COMMIT = 'a'.repeat(40)
let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
  await test.database.prisma.workerProcess.create({ data: { id: 'w', hostname: 'h', pid: 1 } })
})
afterAll(() => test.close())

/** Opens a sealed secret with the Web Cryptography API: another implementation than the one that sealed it. */
async function open(sealedJson: unknown): Promise<string> {
  const sealed = SealedSecretSchema.parse(sealedJson)
  const file = await readFile(path.join(test.dataDir, 'secrets', 'sealing-key'), 'utf8')
  const key = await crypto.subtle.importKey('raw', Buffer.from(file, 'base64'), 'AES-GCM', false, ['decrypt'])
  const bytes = Buffer.concat([Buffer.from(sealed.data, 'base64'), Buffer.from(sealed.tag, 'base64')])
  const additionalData = Buffer.from('hub-token')
  const iv = Buffer.from(sealed.nonce, 'base64')
  return Buffer.from(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, bytes)).toString()
}

describe('the token', () => {
  it('is stored encrypted under a key that only its owner can read, and never shown again', async () => {
    const answer = await test.call('PUT', '/hub/token', { token: TOKEN })
    expect(answer.body.data).toMatchObject({ hasToken: true, lastFour: 'wxyz' })
    expect(JSON.stringify((await test.call('GET', '/hub/token')).body)).not.toContain(TOKEN)
    expect(JSON.stringify((await test.call('GET', '/settings')).body)).not.toContain(TOKEN)
    const row = await test.database.prisma.secret.findUniqueOrThrow({ where: { name: 'hub-token' } })
    expect(JSON.stringify(row)).not.toContain(TOKEN)
    expect(await open(row.sealed)).toBe(TOKEN)
    expect((await stat(path.join(test.dataDir, 'secrets', 'sealing-key'))).mode & 0o777).toBe(0o600)
  })

  it('is sealed anew each time and can be deleted', async () => {
    const sealed = async () =>
      (await test.database.prisma.secret.findUniqueOrThrow({ where: { name: 'hub-token' } })).sealed
    const before = await sealed()
    await test.call('PUT', '/hub/token', { token: TOKEN })
    expect(await sealed()).not.toEqual(before)
    expect((await test.call('DELETE', '/hub/token')).body.data).toEqual({
      hasToken: false,
      lastFour: null,
      updatedAt: null,
    })
    expect(await test.database.prisma.secret.count()).toBe(0)
  })

  it('shows nothing of a short token', async () => {
    expect((await test.call('PUT', '/hub/token', { token: 'short123' })).body.data.lastFour).toBeNull()
  })

  it('is for administrators to change', async () => {
    const { body } = await test.call('POST', '/auth/keys', { name: 'writer', scope: 'write' })
    const writer = { authorization: `Bearer ${body.data.secret}` }
    expect((await test.call('PUT', '/hub/token', { token: TOKEN }, writer)).body.error.code).toBe('forbidden')
  })
})

describe('a download', () => {
  let commit = COMMIT
  let inspection: Record<string, unknown> = {}
  let answering: NodeJS.Timeout
  const found = () => ({
    repo: 'org/tiny',
    revision: 'main',
    commit,
    from: 'hub',
    page: 'http://hub/org/tiny',
    licence: 'mit',
    gated: 'no',
    private: false,
    files: [],
    bytes: 10,
    bytesToFetch: 10,
    freeBytes: 100,
    otherFiles: 0,
    model: null,
    problem: null,
    ...inspection,
  })
  beforeAll(() => {
    // Plays the worker: answers every inspection. What it answers is read after the question was found, for a statement that waits for a
    // connection would answer the next question with what was said before it.
    const answer = async () => {
      const { job } = test.database.prisma
      for (const { id } of await job.findMany({ where: { kind: 'hub.inspect', state: 'queued' } })) {
        await job.update({ where: { id }, data: { state: 'completed', result: found() } })
      }
    }
    answering = setInterval(() => void answer().catch(() => undefined), 20)
  })
  afterEach(() => {
    inspection = {}
    commit = randomUUID().replaceAll('-', '').padEnd(40, '0')
  })
  afterAll(() => clearInterval(answering))
  const request = (body: object = { repo: 'org/tiny' }) => test.call('POST', '/hub/downloads', body)

  it('becomes a model with its place, its source and a job that holds no token', async () => {
    await test.call('PUT', '/hub/token', { token: TOKEN })
    const { status, body } = await request()
    expect(status).toBe(201)
    expect(body.data).toMatchObject({
      name: 'tiny',
      status: 'importing',
      hub: { repo: 'org/tiny', revision: 'main', commit },
      path: path.join(test.dataDir, 'hub', 'org--tiny', commit),
      job: { kind: 'hub.download', state: 'queued', subjectId: body.data.id },
    })
    const jobs = await test.database.prisma.job.findMany()
    expect(JSON.stringify(jobs)).not.toContain(TOKEN)
  })

  it('asked for five times at once is one model and one job', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => request()))
    const ids = new Set(answers.map(({ body }) => body.data.id))
    expect(ids.size).toBe(1)
    expect(await test.database.prisma.job.count({ where: { subjectId: [...ids][0] as string } })).toBe(1)
    const inspected = await test.call('POST', '/hub/inspect', { repo: 'org/tiny' })
    expect(inspected.body.data.registered).toEqual({ id: [...ids][0], name: 'tiny' })
  })

  it('of an ONNX graph is a model beside that of the safetensors of the same commit', async () => {
    const tensors = (await request()).body.data
    inspection = { graph: 'onnx/model_fp16.onnx' }
    const graph = (await request({ repo: 'org/tiny', graph: 'onnx/model_fp16.onnx' })).body.data
    expect(graph.id).not.toBe(tensors.id)
    expect(graph).toMatchObject({
      hub: { commit, graph: 'onnx/model_fp16.onnx' },
      path: path.join(test.dataDir, 'hub', 'org--tiny', `${commit}+onnx+model_fp16.onnx`),
    })
    const job = await test.database.prisma.job.findUniqueOrThrow({ where: { id: graph.job.id } })
    expect(job.params).toMatchObject({ commit, graph: 'onnx/model_fp16.onnx' })
    for (const bad of ['onnx/../x.onnx', '/x.onnx', 'a/b/x.onnx', 'model.bin']) {
      expect((await request({ repo: 'org/tiny', graph: bad })).body.error.code).toBe('validation_failed')
    }
  })

  it('that failed is tried again when it is asked for again', async () => {
    const { data } = (await request()).body
    await test.database.prisma.job.update({ where: { id: data.job.id }, data: { state: 'failed' } })
    const again = (await request()).body.data
    expect(again).toMatchObject({ id: data.id, status: 'importing', job: { id: data.job.id, state: 'queued' } })
  })

  it('is refused for the reason that the inspection gives, and stores nothing', async () => {
    const before = await test.database.prisma.model.count()
    inspection = { problem: { code: 'hub_gated', message: 'Accept the licence first.' } }
    expect((await request()).body.error).toEqual({ code: 'hub_gated', message: 'Accept the licence first.' })
    inspection = { bytesToFetch: 101 }
    expect((await request()).body.error.code).toBe('disk_full')
    expect(await test.database.prisma.model.count()).toBe(before)
  })

  it.each(['../x', 'a/b/c', 'a/../b', '-x/y', 'a--b/c', 'org/na me', ''])(
    'refuses the repository name %j',
    async (repo) => {
      expect((await request({ repo })).body.error.code).toBe('validation_failed')
    },
  )

  it('has its files removed with the model', async () => {
    const { data } = (await request()).body
    await test.database.prisma.job.update({ where: { id: data.job.id }, data: { state: 'completed' } })
    await test.call('DELETE', `/models/${data.id}`)
    const removal = await test.database.prisma.job.findFirstOrThrow({
      where: { kind: 'hub.remove', subjectId: data.id },
    })
    expect(removal.params).toEqual({ repo: 'org/tiny', commit, graph: null })
  })
})
