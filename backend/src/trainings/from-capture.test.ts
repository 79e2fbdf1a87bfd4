// Trainings that read a capture: which captures may be read, what the worker is told, and that a capture in use stays.
import { randomUUID } from 'node:crypto'
import { type CaptureSummary, TrainingRunParamsSchema } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { insertChain, type Rows } from '../testing/rows.js'

const SITE = 'blocks.0.hook_resid_post'
const OTHER = 'blocks.1.hook_resid_post'
const params = { architecture: 'topk', site: SITE, expansion: 4, k: 4, steps: 400, batchSize: 64 }
let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, 8)
  const sites = [SITE, OTHER].map((name) => ({ name, layer: 0, kind: 'token', width: 16, shape: 'batch × seq × 16' }))
  await test.database.prisma.model.update({ where: { id: rows.modelId }, data: { sites, precision: 'int8' } })
})
afterAll(() => test.close())

/** A capture of the training text, finished unless told otherwise. */
async function capture(options: Record<string, unknown> = {}, contexts = 32, done = true): Promise<string> {
  const { body } = await test.call('POST', '/captures', {
    tokenizationId: rows.tokenizationId,
    params: { sites: [SITE], tokens: 1000, dtype: 'float16', ...options },
  })
  const id: string = body.data.id
  if (!done) return id
  const file = { name: 'shard-00000.safetensors', bytes: 10, sha256: '0'.repeat(64) }
  const summary: CaptureSummary = {
    tokens: contexts * 32,
    contexts,
    bytes: 10,
    seconds: 1,
    files: [file],
    statistics: [],
    comparisons: [],
    timing: null,
  }
  const data = { summary, readyAt: new Date(), precision: 'float32' }
  await test.database.prisma.capture.update({ where: { id }, data })
  await test.database.prisma.job.updateMany({ where: { subjectId: id }, data: { state: 'completed' } })
  return id
}
const create = (captureId: string, over: object = {}) =>
  test.call('POST', '/trainings', {
    modelId: rows.modelId,
    tokenizationId: rows.tokenizationId,
    captureId,
    params: { ...params, ...over },
  })

describe('a training from a capture', () => {
  it('names it, keeps the precision it was captured at, and tells the worker its files', async () => {
    const id = await capture()
    const { status, body } = await create(id)
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ precision: 'float32', capture: { id, tokens: 1024, dtype: 'float16' } })
    const job = await test.database.prisma.job.findUniqueOrThrow({ where: { id: body.data.job.id } })
    expect(TrainingRunParamsSchema.parse(job.params)).toMatchObject({
      precision: 'float32',
      capture: { captureId: id, contextSize: 32, tokens: 1024, shards: ['shard-00000.safetensors'] },
    })
  })

  it('keeps the capture from being deleted until it has ended, and remembers it afterwards', async () => {
    const id = await capture()
    const { body } = await create(id)
    const refused = await test.call('DELETE', `/captures/${id}`)
    expect(refused.body.error).toMatchObject({ code: 'in_use', message: expect.stringContaining(body.data.name) })
    await test.database.prisma.job.update({ where: { id: body.data.job.id }, data: { state: 'completed' } })
    expect((await test.call('DELETE', `/captures/${id}`)).status).toBe(200)
    const { body: after } = await test.call('GET', `/trainings/${body.data.id}`)
    expect(after.data.capture).toEqual({ id: null, tokens: 1024, dtype: 'float16' })
    const branch = await test.call('POST', `/trainings/${body.data.id}/branch`, { step: 0, params: {} })
    expect(branch.body.error).toMatchObject({ code: 'conflict', message: expect.stringContaining('deleted') })
  })

  it('branches from the same capture', async () => {
    const id = await capture()
    const { body } = await create(id)
    const branch = await test.call('POST', `/trainings/${body.data.id}/branch`, { step: 0, params: { k: 5 } })
    expect(branch.body.data.capture).toMatchObject({ id })
  })

  it.each([
    ['that is not there', async () => randomUUID(), {}, 'not_found', 'no such capture'],
    ['that has not finished', () => capture({}, 32, false), {}, 'wrong_state', 'not finished'],
    ['of held-out text', () => capture({ split: 'held_out' }, 10), {}, 'training_invalid', 'held-out'],
    ['without the site', () => capture(), { site: OTHER }, 'training_invalid', `does not hold ${OTHER}`],
    ['too small for a step', () => capture({}, 2), {}, 'training_invalid', 'gives 62 training tokens'],
  ] as const)('refuses one %s', async (_, make, over, code, words) => {
    const { body } = await create(await make(), over)
    expect(body.error).toMatchObject({ code, message: expect.stringContaining(words) })
  })

  it('refuses one of another model or other tokens', async () => {
    const id = await capture()
    const { tokenizationId, modelId } = await insertChain(test, 8)
    const other = await test.call('POST', '/trainings', { modelId, tokenizationId, captureId: id, params })
    expect(other.body.error).toMatchObject({ code: 'training_invalid', message: expect.stringContaining('same model') })
    const data = { modelId: rows.modelId }
    await test.database.prisma.tokenization.update({ where: { id: tokenizationId }, data })
    const tokens = await test.call('POST', '/trainings', { ...data, tokenizationId, captureId: id, params })
    expect(tokens.body.error.message).toContain('other tokens')
  })
})
