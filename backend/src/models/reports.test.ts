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
    ...{ product: '0.1.0', runtime: 'r 1', node: 'v24', platform: 'linux', cpu: 'c', threads: 2, precision: 'float32' },
  },
  startedAt: '2026-01-01T00:00:00.000Z',
  seconds: 1.5,
  checks: [
    {
      ...{ name: 'determinism', group: 'numerics', variant: null, figure: 0, mean: null, unit: 'values' },
      ...{ tolerance: 0, pass: true, count: 10, detail: 'Two runs.' },
    },
  ],
  skipped: [{ group: 'golden', reason: 'None there.' }],
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
    const parity = { passed: 1, failed: 0, at: REPORT.startedAt }
    await test.database.prisma.model.update({ where: { id: rows.modelId }, data: { parity, parityReport: REPORT } })
    expect((await test.call('GET', model())).body.data.parity).toEqual(parity)
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
    expect(job.params).toEqual({ modelId: rows.modelId, path: '/models/tiny', name: 'tiny' })
    expect((await test.call('POST', model('/verify'))).body.error.code).toBe('conflict')
  })
})

describe('tensors', () => {
  it('are not asked for when no worker could answer, and need a name', async () => {
    expect((await test.call('GET', model('/tensors'))).body.error.code).toBe('unavailable')
    expect((await test.call('GET', model('/tensor'))).body.error.code).toBe('validation_failed')
  })
})
