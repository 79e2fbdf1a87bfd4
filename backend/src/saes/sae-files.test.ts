// SAE files at the API, against real servers: what may be exported, checked and uploaded, and that an unfinished import cannot be used.
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { insertChain, type Rows } from '../testing/rows.js'

const SITE = 'blocks.0.hook_resid_post'
let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, 8)
  await mkdir(folderOf('saes'), { recursive: true })
  const cfg = {
    architecture: 'topk',
    k: 4,
    d_in: 16,
    d_sae: 8,
    apply_b_dec_to_input: true,
    normalize_activations: 'none',
  }
  await writeFile(path.join(folderOf('saes'), 'cfg.json'), JSON.stringify(cfg))
})
afterAll(() => test.close())

const folderOf = (room: string): string => path.join(test.dataDir, room, rows.saeId)
const paramsOf = async (jobId: string) =>
  (await test.database.prisma.job.findUniqueOrThrow({ where: { id: jobId } })).params
const finish = () =>
  test.database.prisma.job.updateMany({ where: { subjectId: rows.saeId }, data: { state: 'completed' } })
const BUNDLED = { tokenizationId: null, tokens: 8192 }

describe('exports', () => {
  it('say which layouts hold the SAE, and why the others do not', async () => {
    const { body } = await test.call('GET', `/saes/${rows.saeId}/exports`)
    expect(body.data.map((one: { layout: string; problem: unknown }) => [one.layout, one.problem])).toEqual([
      ['saelens', null],
      ['sparsify', null],
      ['gemma_scope', 'Gemma Scope holds JumpReLU SAEs only, this one is topk.'],
    ])
  })

  it('are jobs that carry the card; one at a time; refused where a layout cannot hold the SAE', async () => {
    const { body } = await test.call('POST', `/saes/${rows.saeId}/exports`, { layout: 'sparsify' })
    expect(await paramsOf(body.data.id)).toMatchObject({
      saeId: rows.saeId,
      layout: 'sparsify',
      folder: 'sae',
      card: expect.stringContaining('# sae'),
    })
    expect((await test.call('POST', `/saes/${rows.saeId}/exports`, { layout: 'saelens' })).status).toBe(409)
    await finish()
    const refused = await test.call('POST', `/saes/${rows.saeId}/exports`, { layout: 'gemma_scope' })
    expect(refused.body.error.code).toBe('sae_unsupported')
  })

  it.each(['', '{"d_in": 16', '{"d_in": 16}', '\0\0\0\0', 'x'.repeat(2 ** 21)])(
    'say that cfg.json is damaged when it holds %j',
    async (text) => {
      const file = path.join(folderOf('saes'), 'cfg.json')
      const whole = await readFile(file, 'utf8')
      await writeFile(file, text)
      const asked = [
        await test.call('GET', `/saes/${rows.saeId}/exports`),
        await test.call('POST', `/saes/${rows.saeId}/exports`, { layout: 'saelens' }),
        await test.call('GET', `/saes/${rows.saeId}/card`),
      ]
      await writeFile(file, whole)
      expect(asked.map(({ body }) => body.error?.code)).toEqual(Array(3).fill('data_damaged'))
    },
  )

  it('are downloaded once they are there', async () => {
    const fetched = () =>
      fetch(`${test.url}/api/v1/saes/${rows.saeId}/exports/saelens/file`, {
        headers: { authorization: `Bearer ${test.key}` },
      })
    expect((await fetched()).status).toBe(404)
    await mkdir(folderOf('sae-exports'), { recursive: true })
    await writeFile(path.join(folderOf('sae-exports'), 'saelens.zip'), 'PK')
    const response = await fetched()
    expect(response.headers.get('content-disposition')).toContain('sae-saelens.zip')
    expect(await response.text()).toBe('PK')
  })

  it('to the hub need a whole repository name and hold no token', async () => {
    const body = { repo: 'lab/sae', path: SITE, card: '# sae', layout: 'saelens' }
    const bad = await test.call('POST', `/saes/${rows.saeId}/publish`, { ...body, repo: 'sae' })
    expect(bad.status).toBe(400)
    const outside = await test.call('POST', `/saes/${rows.saeId}/publish`, { ...body, path: '../x' })
    expect(outside.status).toBe(400)
    const { body: answer } = await test.call('POST', `/saes/${rows.saeId}/publish`, body)
    expect(await paramsOf(answer.data.id)).toMatchObject({ repo: 'lab/sae', private: true, card: '# sae' })
    expect(JSON.stringify(await paramsOf(answer.data.id))).not.toContain('hf_')
    await finish()
  })
})

/** Says that the SAE was trained here, on the text there is. */
async function trainedHere(): Promise<void> {
  const { prisma } = test.database
  const id = randomUUID()
  const of = { modelId: rows.modelId, modelName: 'tiny', tokenizationId: rows.tokenizationId, datasetName: 'text' }
  const training = { create: { ...of, params: {}, dIn: 16, dSae: 8 } }
  await prisma.run.create({ data: { id, kind: 'sae-training', name: 'run', training } })
  await prisma.sae.update({ where: { id: rows.saeId }, data: { trainingId: id } })
}

describe('a self-check', () => {
  it('is a job on the model as it is loaded now; one at a time', async () => {
    await trainedHere()
    const { body } = await test.call('POST', `/saes/${rows.saeId}/check`, { tokenizationId: rows.tokenizationId })
    expect(await paramsOf(body.data.id)).toMatchObject({
      saeId: rows.saeId,
      modelPath: '/models/tiny',
      site: SITE,
      siteOut: null,
      text: { tokenizationId: rows.tokenizationId, tokens: 8192, name: 'text', trainedOn: 'this' },
    })
    expect((await test.call('POST', `/saes/${rows.saeId}/check`, BUNDLED)).status).toBe(409)
    await finish()
    await test.database.prisma.sae.update({ where: { id: rows.saeId }, data: { trainingId: null } })
  })

  it('refuses text of another model', async () => {
    const { prisma } = test.database
    const modelId = randomUUID()
    await prisma.model.create({ data: { id: modelId, name: 'other', path: '/models/other', readyAt: new Date() } })
    const id = randomUUID()
    await prisma.tokenization.create({
      data: {
        id,
        datasetId: rows.datasetId,
        modelId,
        contextSize: 32,
        prependBos: true,
        readyAt: new Date(),
        stats: (await prisma.tokenization.findFirstOrThrow()).stats ?? {},
      },
    })
    const { body } = await test.call('POST', `/saes/${rows.saeId}/check`, { tokenizationId: id })
    expect(body.error.code).toBe('tokenization_mismatch')
  })
})

describe('an import', () => {
  it('needs a site of the model before the worker is asked', async () => {
    const create = (more: object) =>
      test.call('POST', '/saes', {
        source: { kind: 'folder', path: test.importRoot },
        modelId: rows.modelId,
        site: SITE,
        check: BUNDLED,
        ...more,
      })
    expect((await create({ modelId: randomUUID() })).status).toBe(404)
    expect((await create({ source: { kind: 'folder', path: '/etc' } })).body.error.code).toBe('path_outside_roots')
  })

  it('that has not finished cannot be used', async () => {
    const id = randomUUID()
    await test.database.prisma.sae.create({
      data: {
        id,
        name: 'half',
        modelId: rows.modelId,
        modelName: 'tiny',
        site: SITE,
        architecture: '',
        dIn: 0,
        dSae: 0,
        contextSize: 0,
        bytes: 0n,
        readyAt: null,
        source: { kind: 'folder', path: '/x' },
      },
    })
    expect((await test.call('GET', `/saes/${id}`)).body.data).toMatchObject({
      status: 'failed',
      origin: { kind: 'folder' },
    })
    for (const [method, where, body] of [
      ['GET', 'exports', undefined],
      ['POST', 'check', BUNDLED],
      ['POST', 'exports', { layout: 'saelens' }],
    ] as const)
      expect((await test.call(method, `/saes/${id}/${where}`, body)).body.error.code).toBe('wrong_state')
    const extraction = { saeId: id, tokenizationId: rows.tokenizationId, params: {} }
    expect((await test.call('POST', '/extractions', extraction)).body.error.code).toBe('wrong_state')
  })
})

it('uploads take the files of their purpose', async () => {
  const upload = (purpose: string, name: string) =>
    test.call('POST', '/folder-uploads', { name: 'x', purpose, files: [{ name, size: 1, modified: 0 }] })
  expect((await upload('sae', 'params.npz')).body.data).toMatchObject({ purpose: 'sae' })
  expect((await upload('model', 'params.npz')).body.error.message).toContain('no file of a model')
  expect((await upload('sae', 'ae.pt')).body.error.message).toContain('save_inference_model')
})
