// The activations room of the backend against real servers: what may be captured, what may be downloaded, what is compared.
import { randomUUID } from 'node:crypto'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { CaptureSummary } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { insertChain, type Rows } from '../testing/rows.js'

const SITE = 'blocks.0.hook_resid_post'
const PATTERN = 'blocks.0.attn.hook_pattern'
const SHARD = 'shard-00000.npz'
let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, 8)
  const { prisma } = test.database
  const site = { name: SITE, layer: 0, kind: 'token', width: 16, shape: 'batch × seq × 16' }
  const pattern = { name: PATTERN, layer: 0, kind: 'pattern', width: 2, shape: 'batch × 2 × query × key' }
  await prisma.model.update({ where: { id: rows.modelId }, data: { sites: [site, pattern] } })
})
afterAll(() => test.close())

const create = (params: object = {}) =>
  test.call('POST', '/captures', {
    tokenizationId: rows.tokenizationId,
    params: { sites: [SITE], tokens: 1000, format: 'npz', ...params },
  })

/** A finished capture as the worker leaves it: its row, and one shard with these bytes. */
async function finished(bytes = 'shard'): Promise<string> {
  const id: string = (await create()).body.data.id
  const file = { name: SHARD, bytes: bytes.length, sha256: '0'.repeat(64) }
  const summary: CaptureSummary = {
    tokens: 1024,
    contexts: 32,
    bytes: bytes.length,
    seconds: 1,
    files: [file],
    statistics: [],
    comparisons: [],
    timing: { capturing: null, measuring: null, comparing: null },
  }
  await test.database.prisma.capture.update({ where: { id }, data: { summary, readyAt: new Date() } })
  await test.database.prisma.job.updateMany({ where: { subjectId: id }, data: { state: 'completed' } })
  await mkdir(folderOf(id), { recursive: true })
  await writeFile(path.join(folderOf(id), SHARD), bytes)
  return id
}
const folderOf = (id: string): string => path.join(test.dataDir, 'captures', id)
const download = (id: string, name: string) =>
  fetch(`${test.url}/api/v1/captures/${id}/files/${name}`, { headers: { authorization: `Bearer ${test.key}` } })

describe('a new capture', () => {
  it('is a row with its sites, whole contexts and a job that names files and text', async () => {
    const { status, body } = await create()
    expect(status).toBe(201)
    expect(body.data).toMatchObject({
      status: 'running',
      tokens: 1024,
      contextSize: 32,
      modelId: rows.modelId,
      summary: null,
      sites: [{ name: SITE, layer: 0, width: 16 }],
      estimatedBytes: 1024 * (16 * 4 + 12),
      job: { kind: 'activation.capture', state: 'queued', subjectId: body.data.id },
    })
    const job = await test.database.prisma.job.findUniqueOrThrow({ where: { id: body.data.job.id } })
    expect(job.params).toMatchObject({ captureId: body.data.id, tokenizationId: rows.tokenizationId })
  })

  it('stores a weight per head and key of an attention pattern, and refuses absurd ones with the arithmetic', async () => {
    const { body } = await create({ sites: [PATTERN] })
    expect(body.data).toMatchObject({
      sites: [{ name: PATTERN, width: 2 * 32 }],
      estimatedBytes: 1024 * (2 * 32 * 4 + 12),
    })
    const { prisma } = test.database
    const where = { id: rows.tokenizationId }
    await prisma.tokenization.update({ where, data: { contextSize: 32768 } })
    const refused = await create({ sites: [PATTERN] })
    await prisma.tokenization.update({ where, data: { contextSize: 32 } })
    expect(refused.status).toBe(400)
    expect(refused.body.error.message).toContain('2 heads \u00d7 32,768 keys')
  })

  it.each([
    ['a site that the model has not', { sites: ['blocks.9.hook_resid_post'] }, 'site_unknown'],
    ['a site named twice', { sites: [SITE, SITE] }, 'validation_failed'],
    ['no site', { sites: [] }, 'validation_failed'],
  ])('refuses %s', async (_, params, code) => {
    const before = await test.database.prisma.capture.count()
    expect((await create(params)).body.error.code).toBe(code)
    expect(await test.database.prisma.capture.count()).toBe(before)
  })
})

describe('a download', () => {
  it('gives the bytes of a listed file', async () => {
    const answer = await download(await finished('the bytes'), SHARD)
    expect(answer.headers.get('content-disposition')).toContain(SHARD)
    expect(await answer.text()).toBe('the bytes')
  })

  it('gives nothing else: no other file, none before the end, none outside through a link', async () => {
    const id = await finished()
    await writeFile(path.join(folderOf(id), 'other.npz'), 'x')
    expect((await download(id, 'other.npz')).status).toBe(404)
    expect((await download(id, '..%2F..%2Fsecrets%2Fapi-key')).status).toBe(404)
    const running: string = (await create()).body.data.id
    expect((await download(running, SHARD)).status).toBe(409)
    await symlink(path.join(test.dataDir, 'secrets', 'api-key'), path.join(folderOf(id), 'manifest.json'))
    const leaked = await download(id, 'manifest.json')
    expect(leaked.status).toBe(422)
    expect(await leaked.text()).not.toContain(test.key)
  })
})

describe('deletion', () => {
  it('takes the row and asks the worker to remove the folder', async () => {
    const id = await finished()
    expect((await test.call('DELETE', `/captures/${id}`)).status).toBe(200)
    expect((await test.call('GET', `/captures/${id}`)).body.error.code).toBe('not_found')
    const jobs = await test.database.prisma.job.findMany({ where: { kind: 'files.remove' } })
    expect(jobs.map(({ params }) => params)).toContainEqual({ targets: [{ room: 'captures', id }] })
  })

  it('cancels a capture that runs', async () => {
    const { id, job } = (await create()).body.data
    await test.call('DELETE', `/captures/${id}`)
    const { state } = await test.database.prisma.job.findUniqueOrThrow({ where: { id: job.id } })
    expect(state).toBe('cancelled')
  })
})

describe('a comparison', () => {
  const compare = (a: string, b: string) => test.call('GET', `/captures/${a}/comparison?with=${b}`)

  it('wants two finished captures', async () => {
    const id = await finished()
    expect((await compare(id, id)).body.error.code).toBe('bad_request')
    expect((await compare(id, randomUUID())).body.error.code).toBe('not_found')
    const running: string = (await create()).body.data.id
    expect((await compare(id, running)).body.error.code).toBe('wrong_state')
  })

  it('names pairs of one capture as JSON, a bounded number', async () => {
    const id = await finished()
    const asked = (pairs: string) => compare(id, `${id}&pairs=${encodeURIComponent(pairs)}`)
    for (const wrong of ['no JSON', '[]', '[["a"]]', '{}', JSON.stringify(Array(13).fill([SITE, SITE]))])
      expect((await asked(wrong)).body.error.code).toBe('validation_failed')
    await test.database.prisma.workerProcess.create({ data: { id: 'v', hostname: 'h', pid: 1 } })
    const data = { state: 'failed' } as const
    const answering = setInterval(async () => {
      await test.database.prisma.job.updateMany({ where: { kind: 'activation.compare', state: 'queued' }, data })
    }, 20)
    await asked(JSON.stringify([[SITE, SITE]])).finally(() => clearInterval(answering))
    const { params } = await test.database.prisma.job.findFirstOrThrow({ where: { kind: 'activation.compare' } })
    expect(params).toMatchObject({ a: { captureId: id }, b: { captureId: id }, pairs: [[SITE, SITE]] })
    await test.database.prisma.job.deleteMany({ where: { kind: 'activation.compare' } })
  })

  it('asks the worker about the shards of both', async () => {
    await test.database.prisma.workerProcess.create({ data: { id: 'w', hostname: 'h', pid: 1 } })
    const [a, b] = [await finished(), await finished()]
    const answer = { a, b, sharedTokens: 1024, sampledFrom: 1024, pairing: 'all', pairs: [] }
    // Plays the worker.
    const where = { kind: 'activation.compare', state: 'queued' }
    const data = { state: 'completed', result: answer }
    const answering = setInterval(async () => {
      await test.database.prisma.job.updateMany({ where, data })
    }, 20)
    const { body } = await compare(a, b).finally(() => clearInterval(answering))
    expect(body.data).toEqual(answer)
    const { params } = await test.database.prisma.job.findFirstOrThrow({ where: { kind: 'activation.compare' } })
    const side = { format: 'npz', contextSize: 32, tokens: 1024, shards: [SHARD] }
    expect(params).toMatchObject({ a: { captureId: a, ...side }, b: { captureId: b, ...side } })
  })
})
