// Reports of models over HTTP, against real PostgreSQL and Redis.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ParityReport } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { insertChain, type Rows } from '../testing/rows.js'

const REPORT: ParityReport = {
  format: 1,
  model: { name: 'tiny', architecture: 'llama', parameters: 1000, files: [] },
  environment: {
    product: '0.1.0',
    runtime: 'r 1',
    node: 'v24',
    platform: 'linux',
    cpu: 'c',
    threads: 2,
    precision: 'float32',
  },
  startedAt: '2026-01-01T00:00:00.000Z',
  seconds: 1.5,
  checks: [
    {
      name: 'determinism',
      group: 'numerics',
      variant: null,
      figure: 0,
      mean: null,
      unit: 'values',
      tolerance: 0,
      pass: true,
      count: 10,
      detail: 'Two runs.',
    },
  ],
  skipped: [{ group: 'golden', reason: 'None there.' }],
}

const STRUCTURE = {
  embedding: { parameters: 1600, scale: 1, positions: null },
  blocks: [],
  finalNorm: { kind: 'rms', width: 16, eps: 1e-5, bias: false, offset: 0 },
  unembedding: { parameters: 1600, tied: false, bias: false, softcap: null },
  parts: [],
}

let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, 8)
})
afterAll(() => test.close())

const model = (rest = '') => `/models/${rows.modelId}${rest}`

describe('the parity report', () => {
  it('is absent until the checks have run', async () => {
    expect((await test.call('GET', model())).body.data).toMatchObject({
      parity: null,
      structure: null,
      absentSites: [],
    })
    expect((await test.call('GET', model('/parity'))).body.error.message).toMatch(/no parity report of "tiny"/)
    expect((await test.call('GET', model('/parity/file'))).status).toBe(404)
  })

  it('is answered, summed up on the model, and downloaded as the file that the worker wrote', async () => {
    // As reports of before have it, which counted no remarks.
    const parity = { passed: 1, failed: 0, at: REPORT.startedAt, losses: [] }
    await test.database.prisma.model.update({ where: { id: rows.modelId }, data: { parity, parityReport: REPORT } })
    expect((await test.call('GET', model())).body.data.parity).toEqual({ ...parity, remarks: 0 })
    expect((await test.call('GET', model('/parity'))).body.data).toEqual(REPORT)
    expect((await test.call('GET', model('/parity/file'))).body.error.code).toBe('file_not_found')
    const folder = path.join(test.dataDir, 'models', rows.modelId)
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, 'parity.json'), JSON.stringify(REPORT))
    const { headers, body } = await test.call('GET', model('/parity/file'))
    expect(headers.get('content-disposition')).toBe('attachment; filename="tiny-parity.json"')
    expect(body).toEqual(REPORT)
  })

  it('is made again on demand, once at a time', async () => {
    const asked = await test.call('POST', model('/verify'))
    expect(asked.body.data).toMatchObject({ status: 'ready', job: { kind: 'model.verify', state: 'queued' } })
    const job = await test.database.prisma.job.findUniqueOrThrow({ where: { id: asked.body.data.job.id } })
    expect(job.params).toEqual({ modelId: rows.modelId, path: '/models/tiny', name: 'tiny', precision: 'float32' })
    expect((await test.call('POST', model('/verify'))).body.error.code).toBe('conflict')
  })
})

describe('tensors', () => {
  it('are not asked for when no worker could answer, and need a name', async () => {
    expect((await test.call('GET', model('/tensors'))).body.error.code).toBe('unavailable')
    expect((await test.call('GET', model('/tensor'))).body.error.code).toBe('validation_failed')
  })
})

describe('the precision', () => {
  const GIB = 2 ** 30
  const row = (precision: string, toLoad: number, unavailable: string | null = null) => ({
    precision,
    toLoad,
    unavailable,
    weights: toLoad,
    kvPerToken: 1,
    activationsPerToken: 1,
    scoresPerPair: 0,
    firstRun: 0,
    logitsPerRow: 1,
  })
  const memory = {
    available: 2 * GIB,
    precisions: [
      ...[row('float32', 4 * GIB), row('float16', 2 * GIB, 'The CPU does not compute in float16.')],
      ...[row('int8', GIB), row('int4', GIB / 2)],
    ],
  }
  let answering: NodeJS.Timeout
  beforeAll(async () => {
    await test.database.prisma.job.updateMany({ data: { state: 'completed' } })
    await test.database.prisma.workerProcess.create({ data: { id: 'w', hostname: 'h', pid: 1 } })
    const { spec, sites } = await test.database.prisma.model.findUniqueOrThrow({ where: { id: rows.modelId } })
    const tokenizer = { kind: 'BPE', vocabSize: 100 }
    const named = { path: '/models/tiny', suggestedName: 'tiny', spec, structure: STRUCTURE, sites }
    const result = { ...named, absentSites: [], tokenizer, memory, warnings: [] }
    // Plays the worker: answers every look into a folder.
    answering = setInterval(async () => {
      const where = { kind: 'model.inspect', state: 'queued' }
      await test.database.prisma.job.updateMany({ where, data: { state: 'completed', result } }).catch(() => undefined)
    }, 20)
  })
  afterAll(() => clearInterval(answering))

  const refusal = async (precision: string, url: string, body: object = {}): Promise<string> => {
    const { error } = (await test.call('POST', url, { ...body, precision })).body
    return `${error.code}: ${error.message}`
  }

  it('is refused where it is unknown, not computed, or does not fit, and nothing is stored', async () => {
    const folder = { path: test.importRoot }
    expect(await refusal('int2', '/models', folder)).toMatch(/^validation_failed/)
    expect(await refusal('float16', '/models', folder)).toMatch(/^model_unsupported: The CPU does not compute/)
    expect(await refusal('float32', '/models', folder)).toMatch(
      /^out_of_memory: .*needs about 4\.00 GiB, and 2\.00 GiB are free\. Choose int8 or int4/,
    )
    expect(await refusal('float16', model('/load'))).toMatch(/^model_unsupported/)
    expect(await refusal('int2', model('/load'))).toMatch(/^validation_failed/)
    expect(await test.database.prisma.model.count()).toBe(1)
  })

  it('is stored with a new model and handed to its registration', async () => {
    const { body } = await test.call('POST', '/models', { path: test.importRoot, precision: 'int8' })
    expect(body.data).toMatchObject({ precision: 'int8', job: { kind: 'model.register' } })
    const job = await test.database.prisma.job.findUniqueOrThrow({ where: { id: body.data.job.id } })
    expect(job.params).toMatchObject({ precision: 'int8' })
  })

  it('changes once the checks have run at it; what was made before keeps its own', async () => {
    expect((await test.call('GET', model('/memory'))).body.data).toEqual(memory)
    const { body } = await test.call('POST', model('/load'), { precision: 'int4' })
    expect(body.data).toMatchObject({ precision: 'float32', job: { kind: 'model.verify', state: 'queued' } })
    const job = await test.database.prisma.job.findUniqueOrThrow({ where: { id: body.data.job.id } })
    expect(job.params).toMatchObject({ precision: 'int4' })
    // As the worker does when the checks have run.
    await test.database.prisma.job.update({ where: { id: job.id }, data: { state: 'completed' } })
    await test.database.prisma.model.update({ where: { id: rows.modelId }, data: { precision: 'int4' } })
    const sae = await test.call('GET', `/saes/${rows.saeId}`)
    expect(sae.body.data).toMatchObject({ precision: 'float32', modelPrecision: 'int4' })
    const asked = { saeId: rows.saeId, tokenizationId: rows.tokenizationId, params: {} }
    const extraction = await test.call('POST', '/extractions', asked)
    expect(extraction.body.data).toMatchObject({ precision: 'int4', saePrecision: 'float32' })
    const run = await test.database.prisma.job.findUniqueOrThrow({ where: { id: extraction.body.data.job.id } })
    expect(run.params).toMatchObject({ precision: 'int4' })
  })
})
