// Guards: an extraction reads text that its SAE has not seen where that can be told, says so, and takes no other text instead.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { beforeMigration } from '../testing/migrating.js'
import { insertChain, type Rows } from '../testing/rows.js'

let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, 8)
})
afterAll(() => test.close())

/** Says that the SAE was trained here, on a text; null: on none that is known. */
async function trainedOn(tokenizationId: string | null): Promise<void> {
  const { prisma } = test.database
  const id = randomUUID()
  const of = { modelId: rows.modelId, modelName: 'tiny', tokenizationId, datasetName: 'text' }
  await prisma.run.create({
    data: {
      id,
      kind: 'sae-training',
      name: 'run',
      training: { create: { ...of, params: {}, dIn: 16, dSae: 8 } },
    },
  })
  await prisma.sae.update({ where: { id: rows.saeId }, data: { trainingId: tokenizationId && id } })
}

/** Another tokenization for the model, of this dataset or a new one. */
async function tokenization(stats: object, datasetId: string = randomUUID()): Promise<string> {
  const { prisma } = test.database
  if (datasetId !== rows.datasetId) {
    const source = { type: 'path', path: '/y' }
    await prisma.dataset.create({ data: { id: datasetId, name: 'more', fileName: 'y', source, readyAt: new Date() } })
  }
  const first = await prisma.tokenization.findUniqueOrThrow({ where: { id: rows.tokenizationId } })
  const id = randomUUID()
  await prisma.tokenization.create({
    data: { ...first, id, datasetId, stats: { ...(first.stats as object), ...stats } },
  })
  return id
}

const create = (params: object = {}, tokenizationId = rows.tokenizationId) =>
  test.call('POST', '/extractions', { saeId: rows.saeId, tokenizationId, params })

describe('the text of a new extraction', () => {
  it('is held-out by default for the text of the training, and the job reads it', async () => {
    await trainedOn(rows.tokenizationId)
    const { status, body } = await create()
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ trainedOn: 'this', params: { text: 'held_out' } })
    const job = await test.database.prisma.job.findUniqueOrThrow({ where: { id: body.data.job.id } })
    expect(job.params).toMatchObject({ params: { text: 'held_out' } })
  })

  it('is held-out too where the same documents were tokenized anew, and any where others were held out', async () => {
    await trainedOn(rows.tokenizationId)
    const same = await create({}, await tokenization({ trainContexts: 90 }, rows.datasetId))
    expect(same.body.data).toMatchObject({ trainedOn: 'this', params: { text: 'held_out' } })
    const fewer = await create({}, await tokenization({ documents: 5 }, rows.datasetId))
    expect(fewer.body.data).toMatchObject({ trainedOn: 'unknown', params: { text: 'all' } })
  })

  it('is any for an SAE that was trained on another text or on one that is not known', async () => {
    await trainedOn(await tokenization({}))
    expect((await create()).body.data).toMatchObject({ trainedOn: 'other', params: { text: 'all' } })
    await trainedOn(null)
    expect((await create()).body.data).toMatchObject({ trainedOn: 'unknown', params: { text: 'all' } })
  })

  it.each(['held_out', 'train', 'all'])('is %s when asked for', async (text) => {
    await trainedOn(rows.tokenizationId)
    expect((await create({ text })).body.data.params.text).toBe(text)
  })

  it('is refused when it fills no context, and when it is the order of earlier versions', async () => {
    await trainedOn(rows.tokenizationId)
    const { status, body } = await create({}, await tokenization({ heldOutContexts: 0 }, rows.datasetId))
    expect(status).toBe(400)
    expect(body.error.message).toContain('held-out documents')
    expect((await create({ text: 'train_first' })).status).toBe(400)
  })
})

it('extractions of earlier versions say what they read', async () => {
  const { body } = await test.call('GET', `/extractions/${rows.extractionId}`)
  expect(body.data).toMatchObject({ trainedOn: 'unknown', params: { text: 'train_first' } })
})

it('the migration counts what earlier extractions read of each share, and finds what their SAEs were trained on', async () => {
  const { client, apply, end } = await beforeMigration('20261130210000_text_read')
  try {
    const [model, dataset, text, run, sae] = Array.from({ length: 5 }, () => randomUUID())
    const stats = JSON.stringify({ documents: 10, trainContexts: 190, heldOutContexts: 10 })
    await client.query(`INSERT INTO model (id, name, path) VALUES ($1, 'm', '/m')`, [model])
    await client.query(`INSERT INTO dataset (id, name, file_name, source) VALUES ($1, 'd', 'd', '{}')`, [dataset])
    await client.query(
      `INSERT INTO tokenization (id, dataset_id, model_id, context_size, prepend_bos, stats) VALUES ($1, $2, $3, 32, true, $4)`,
      [text, dataset, model, stats],
    )
    await client.query(`INSERT INTO run (id, kind, name) VALUES ($1, 'sae-training', 'r')`, [run])
    await client.query(
      `INSERT INTO training (id, model_name, tokenization_id, dataset_name, params, d_in, d_sae) VALUES ($1, 'm', $2, 'd', '{}', 4, 8)`,
      [run, text],
    )
    await client.query(
      `INSERT INTO sae (id, name, model_name, training_id, site, architecture, d_in, d_sae, context_size, bytes)
       VALUES ($1, 's', 'm', $2, 'hook_embed', 'topk', 4, 8, 32, 0)`,
      [sae, run],
    )
    for (const contexts of [100, 195, null])
      await client.query(
        `INSERT INTO extraction (id, sae_id, tokenization_id, dataset_name, params, summary) VALUES ($1, $2, $3, 'd', '{}', $4)`,
        [randomUUID(), sae, text, contexts && JSON.stringify({ contexts })],
      )
    await apply()
    const { rows: found } = await client.query(
      `SELECT trained_on, summary->'read' AS read FROM extraction ORDER BY (summary->>'contexts')::int NULLS LAST`,
    )
    const available = 200 * 32
    expect(found).toEqual([
      { trained_on: 'this', read: { train: 100 * 32, heldOut: 0, available } },
      { trained_on: 'this', read: { train: 190 * 32, heldOut: 5 * 32, available } },
      { trained_on: 'this', read: null },
    ])
  } finally {
    await end()
  }
})
