// The backend against real PostgreSQL and Redis: what a client sees.
import { randomUUID } from 'node:crypto'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import path from 'node:path'
import { TrainingParamsSchema } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { featureListStatement } from './features/feature-list.query.js'
import { startTestApp, type TestApp } from './testing/app.js'
import { insertChain, type Rows, report } from './testing/rows.js'

const FEATURES = 16_384
let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, FEATURES)
  await test.database.prisma.extraction.update({
    where: { id: rows.extractionId },
    data: { params: { tokens: 1000 } },
  })
})
afterAll(() => test.close())

describe('sign-in', () => {
  it('keeps the first key readable by its owner only', async () => {
    const mode = (await stat(path.join(test.dataDir, 'secrets', 'api-key'))).mode & 0o777
    expect(mode).toBe(0o600)
    expect(test.key).toMatch(/^mis_/)
    const stored = await test.database.prisma.apiKey.findFirstOrThrow()
    expect(JSON.stringify(stored)).not.toContain(test.key)
  })

  it('trades a one-time link for a cookie, once', async () => {
    const { body } = await test.call('POST', '/auth/links')
    const first = await test.call('POST', '/auth/link', { code: body.data.code }, {})
    const cookie = first.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    const again = await test.call('POST', '/auth/link', { code: body.data.code }, {})
    expect(again.body.error.code).toBe('unauthenticated')
    const session = { cookie: cookie.split(';')[0]! }
    expect((await test.call('GET', '/models', undefined, session)).status).toBe(200)
    await test.call('POST', '/auth/logout', undefined, { ...session, origin: test.url })
    expect((await test.call('GET', '/models', undefined, session)).status).toBe(401)
  })

  it('gives a key what its scope holds and no more', async () => {
    const { body } = await test.call('POST', '/auth/keys', { name: 'reader', scope: 'read' })
    const reader = { authorization: `Bearer ${body.data.secret}` }
    expect((await test.call('GET', '/jobs', undefined, reader)).status).toBe(200)
    expect((await test.call('POST', '/models', { path: '/x' }, reader)).body.error.code).toBe('forbidden')
    await test.call('DELETE', `/auth/keys/${body.data.id}`)
    expect((await test.call('GET', '/jobs', undefined, reader)).status).toBe(401)
  })

  it('refuses pages of other sites', async () => {
    const foreign = { authorization: `Bearer ${test.key}`, origin: 'https://evil.example' }
    expect((await test.call('POST', '/auth/links', undefined, foreign)).body.error.code).toBe('origin_refused')
  })
})

describe('requests', () => {
  it('names every wrong field', async () => {
    const { status, body } = await test.call('POST', '/auth/keys', { name: '', scope: 'all', more: 1 })
    expect(status).toBe(400)
    expect(body.error.code).toBe('validation_failed')
    expect(body.error.details.issues.map(({ path: where }: { path: string }) => where)).toEqual(
      expect.arrayContaining(['name', 'scope']),
    )
  })

  it('answers what is no JSON, too large or nowhere in the error envelope', async () => {
    expect((await test.call('POST', '/models', '{')).body.error.code).toBe('bad_request')
    const large = await test.call('POST', '/models', { path: 'x'.repeat(1_100_000) })
    expect(large.body.error.code).toBe('payload_too_large')
    expect((await test.call('GET', '/nothing')).body.error.code).toBe('not_found')
  })
})

describe('addresses', () => {
  const post = (address: string) =>
    fetch(test.url + address, {
      method: 'POST',
      headers: { authorization: `Bearer ${test.key}`, 'content-type': 'text/plain' },
      body: 'abc',
    })

  // Another spelling would pass what is decided by the address before a handler runs: the gate, limits of bodies and of time.
  it.each([
    '/API/v1/auth/links',
    '/api/V1/auth/links',
    '/api/v1/auth/LINKS',
    '/api/v1/auth/links/',
    '/api/v1//auth/links',
  ])('have one spelling: %s leads nowhere', async (address) => expect((await post(address)).status).toBe(404))

  it.each(['/api/v1/UPLOADS?name=a.txt', '/api/v1/uploads/?name=a.txt'])('of uploads, too: %s', async (address) =>
    expect((await post(address)).status).toBe(404),
  )

  it('still lead to the documents of the interface', async () => {
    for (const address of ['/api/docs', '/api/docs/', '/api/docs-json'])
      expect((await fetch(test.url + address)).status).toBe(200)
  })
})

describe('uploads', () => {
  it('stores the bytes under a safe name with their hash', async () => {
    const { status, body } = await test.call('POST', `/uploads?name=${encodeURIComponent('../a b.txt')}`, 'hello')
    expect(status).toBe(201)
    expect(body.data).toMatchObject({
      size: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    })
    const folder = await readdir(path.join(test.dataDir, 'uploads', body.data.id))
    expect(folder.sort()).toEqual(['.parts', 'a_b.txt'])
    expect(await readdir(path.join(test.dataDir, 'uploads', body.data.id, '.parts'))).toEqual([])
  })

  it('keeps nothing of an upload that is broken off or too large', async () => {
    const before = await readdir(path.join(test.dataDir, 'uploads'))
    const large = await test.call('POST', '/uploads?name=x', 'x'.repeat(1_000_001))
    expect(large.body.error.code).toBe('payload_too_large')
    await new Promise<void>((resolve) => {
      const headers = { authorization: `Bearer ${test.key}`, 'content-length': '1000' }
      const request = httpRequest(`${test.url}/api/v1/uploads?name=y`, { method: 'POST', headers })
      request.on('error', () => resolve())
      request.write('half', () => setTimeout(() => request.destroy(), 100))
    })
    await expect.poll(() => readdir(path.join(test.dataDir, 'uploads'))).toEqual(before)
  })
})

describe('jobs', () => {
  const importText = async (): Promise<{ id: string; job: { id: string } }> => {
    const file = path.join(test.importRoot, 'text.txt')
    await writeFile(file, 'once')
    const body = { name: 'text', source: { type: 'path', path: file } }
    return (await test.call('POST', '/datasets', body)).body.data
  }

  it('are stored with their subject and numbered events', async () => {
    const dataset = await importText()
    const jobs = await test.call('GET', `/jobs?subjectId=${dataset.id}`)
    expect(jobs.body.data).toMatchObject([{ id: dataset.job.id, state: 'queued', kind: 'dataset.import', seq: 0 }])
    await test.call('POST', `/jobs/${dataset.job.id}/pause`)
    await test.call('POST', `/jobs/${dataset.job.id}/resume`)
    const cancelled = await test.call('POST', `/jobs/${dataset.job.id}/cancel`)
    expect(cancelled.body.data).toMatchObject({ state: 'cancelled', seq: 3 })
    const events = await test.call('GET', `/jobs/${dataset.job.id}/events?after=0`)
    expect(events.body.data.map((event: { payload: { state: string } }) => event.payload.state)).toEqual([
      'paused',
      'queued',
      'cancelled',
    ])
    expect((await test.call('GET', `/datasets/${dataset.id}`)).body.data.status).toBe('failed')
    expect((await test.call('POST', `/jobs/${dataset.job.id}/cancel`)).body.error.code).toBe('wrong_state')
  })

  it('go with their subject when it is deleted, and its files are removed after', async () => {
    const dataset = await importText()
    expect((await test.call('DELETE', `/datasets/${dataset.id}`)).status).toBe(200)
    expect((await test.call('GET', `/jobs/${dataset.job.id}`)).body.data.state).toBe('cancelled')
    const removals = await test.database.prisma.job.findMany({ where: { kind: 'files.remove' } })
    expect(removals.map(({ params }) => params)).toContainEqual({ targets: [{ room: 'datasets', id: dataset.id }] })
    expect((await test.call('POST', `/jobs/${dataset.job.id}/retry`)).body.error.code).toBe('conflict')
  })

  it('refuse a question that nobody can answer', async () => {
    const answer = await test.call('GET', `/datasets/${rows.datasetId}/documents`)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('5')
  })

  it('answer a question with what the worker found', async () => {
    await test.database.prisma.workerProcess.create({ data: { id: 'w', hostname: 'h', pid: 1 } })
    const asked = test.call('GET', `/datasets/${rows.datasetId}/documents?limit=1`)
    const where = { kind: 'dataset.documents', state: 'queued' }
    await expect.poll(() => test.database.prisma.job.count({ where })).toBe(1)
    const result = { total: 9, documents: [{ index: 0, text: 'once', characters: 4 }] }
    await test.database.prisma.job.updateMany({ where, data: { state: 'completed', result } })
    expect((await asked).body).toEqual({ data: result.documents, meta: { total: 9, offset: 0, limit: 1 } })
  })
})

describe('trainings', () => {
  const params = { site: 'blocks.0.hook_resid_post', expansion: 4, k: 4, steps: 400, batchSize: 64 }

  it('start with what the model says about the site', async () => {
    const body = { modelId: rows.modelId, tokenizationId: rows.tokenizationId, params }
    const { status, body: answer } = await test.call('POST', '/trainings', body)
    expect(status).toBe(201)
    expect(answer.data).toMatchObject({ dIn: 16, dSae: 64, latest: {}, job: { state: 'queued' } })
    const { id } = answer.data
    await report(test, id, [
      { step: 10, values: { loss: 2 } },
      { step: 20, values: { loss: Number.NaN } },
    ])
    const metrics = await test.call('GET', `/trainings/${id}/metrics`)
    expect(metrics.body.data).toEqual({ seq: 0, series: { loss: { steps: [10, 20], values: [2, null] } } })
    const model = await test.call('DELETE', `/models/${rows.modelId}`)
    expect(model.body.error).toMatchObject({ code: 'in_use' })
    expect((await test.call('DELETE', `/trainings/${id}`)).status).toBe(200)
  })

  it('are refused with every reason at once', async () => {
    const wrong = { ...TrainingParamsSchema.parse(params), k: 65, steps: 100, batchSize: 16_384 }
    const body = { modelId: rows.modelId, tokenizationId: rows.tokenizationId, params: wrong }
    const { body: answer } = await test.call('POST', '/trainings', body)
    expect(answer.error.code).toBe('training_invalid')
    expect(answer.error.details.issues.map(({ path: where }: { path: string }) => where)).toEqual([
      'params.k',
      'params.warmupSteps',
      'tokenizationId',
      'params.bufferContexts',
    ])
  })
})

describe('features', () => {
  const list = (query: string) => test.call('GET', `/extractions/${rows.extractionId}/features?${query}`)
  const alive = FEATURES - FEATURES / 8

  it('are counted, sorted and paged by the database', async () => {
    const { body } = await list('limit=2&offset=1')
    // Alive feature i has the maximum i mod 1000 + 0.5, so 999 leads, at 999, 1999, ...
    expect(body.meta).toEqual({ total: alive, offset: 1, limit: 2 })
    expect(body.data.map(({ index }: { index: number }) => index)).toEqual([1999, 2999])
    expect((await list(`limit=2&offset=${FEATURES}`)).body.meta.total).toBe(alive)
    expect((await list('includeDead=true&sort=index&order=asc&limit=1')).body).toMatchObject({
      data: [{ index: 0, best: null }],
      meta: { total: FEATURES },
    })
  })

  it('are found by text and by their own label', async () => {
    await test.call('PATCH', `/saes/${rows.saeId}/features/5`, { label: 'colour 100%', starred: true })
    expect((await list('search=needle4321')).body.data).toMatchObject([{ index: 4321 }])
    expect((await list(`search=${encodeURIComponent('100%')}`)).body.data).toMatchObject([{ index: 5, starred: true }])
    expect((await list('starred=true')).body.meta.total).toBe(1)
    expect((await list('labelled=false&limit=1')).body.meta.total).toBe(alive - 1)
  })

  it('come with examples, neighbours and the features beside them', async () => {
    const { body } = await test.call('GET', `/extractions/${rows.extractionId}/features/1999`)
    expect(body.data).toMatchObject({
      index: 1999,
      previous: 999,
      next: 2999,
      maxActivation: 999.5,
      examples: [
        {
          kind: 'top',
          value: 2.5,
          tokens: [
            { id: 4, text: 'he' },
            { id: 5, text: 'llo' },
          ],
          activations: [0, 2.5],
        },
      ],
    })
  })

  it('are searched through the trigram index', async () => {
    const query = {
      sort: 'max',
      order: 'desc',
      includeDead: false,
      offset: 0,
      limit: 100,
      search: 'needle4321',
    } as const
    const { text, values } = featureListStatement(rows.extractionId, rows.saeId, query)
    const { rows: plan } = await test.database.pool.query(`EXPLAIN ${text}`, [...values])
    expect(JSON.stringify(plan)).toContain('Bitmap Index Scan')
  })
})

describe('steering', () => {
  const request = (index: number) => ({
    modelId: rows.modelId,
    extractionId: rows.extractionId,
    prompt: 'Once',
    variants: [{ features: [{ index, strength: 2 }] }],
    sampling: {},
  })

  it('takes the strength from the extraction', async () => {
    const { body } = await test.call('POST', '/steering', request(7))
    const job = await test.database.prisma.job.findUniqueOrThrow({ where: { id: body.data.job.id } })
    expect(job.params).toMatchObject({
      variants: [{ features: [{ index: 7, strength: 2, maxActivation: 7.5 }] }],
      site: 'blocks.0.hook_resid_post',
    })
  })

  it('refuses features that are dead or do not exist', async () => {
    for (const index of [8, FEATURES]) {
      expect((await test.call('POST', '/steering', request(index))).body.error).toMatchObject({
        code: 'validation_failed',
        details: { issues: [{ path: 'variants.0.features.0.index' }] },
      })
    }
  })

  it('keeps a hundred unnamed experiments and every named one', async () => {
    const shared = { modelName: 'tiny', request: request(7), createdAt: new Date(0) }
    const old = Array.from({ length: 120 }, (_, i) => ({ id: randomUUID(), name: i < 3 ? `n${i}` : null, ...shared }))
    await test.database.prisma.steering.createMany({ data: old })
    await test.call('POST', '/steering', request(7))
    expect(await test.database.prisma.steering.count({ where: { name: null } })).toBe(100)
    expect(await test.database.prisma.steering.count({ where: { name: { not: null } } })).toBe(3)
  })
})

describe('deleting an extraction', () => {
  it('drops its tables and leaves the labels', async () => {
    expect((await test.call('DELETE', `/saes/${rows.saeId}`)).body.error.code).toBe('in_use')
    expect((await test.call('DELETE', `/extractions/${rows.extractionId}`)).status).toBe(200)
    const { rowCount } = await test.database.pool.query('SELECT 1 FROM pg_class WHERE relname LIKE $1', [
      `feature%${rows.extractionId.replaceAll('-', '')}%`,
    ])
    expect(rowCount).toBe(0)
    expect(await test.database.prisma.featureAnnotation.count()).toBe(1)
  })
})

describe('text', () => {
  it('with control characters is refused by the name of its field, and what was stored before is still shown', async () => {
    const annotate = (body: object) => test.call('PATCH', `/saes/${rows.saeId}/features/1`, body)
    for (const [field, value] of [
      ['label', 'a\0b'],
      ['notes', 'a\u001bb'],
      ['notes', 'a\ud800'],
    ] as const) {
      const { status, body } = await annotate({ [field]: value })
      expect(status).toBe(400)
      expect(body.error.details.issues).toMatchObject([{ path: field }])
    }
    expect((await annotate({ notes: 'one\n\ttwo' })).body.data.notes).toBe('one\n\ttwo')
    expect((await test.call('GET', `/extractions/${rows.extractionId}/features?search=a%00b`)).status).toBe(400)
    const request = { modelId: rows.modelId, prompt: 'a\u001bb', variants: [], sampling: {} }
    const row = { id: randomUUID(), modelId: rows.modelId, modelName: 'tiny', request }
    await test.database.prisma.steering.create({ data: row })
    expect((await test.call('GET', `/steering/${row.id}`)).body.data.request.prompt).toBe('a\uFFFDb')
  })
})
