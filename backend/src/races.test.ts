// Deleting something at the moment in which work on it starts: one of the two is refused with the reason, nothing is lost, nobody gets a 500.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, startTestApp, type TestApp } from './testing/app.js'
import { insertChain, type Rows } from './testing/rows.js'

let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())
beforeEach(async () => {
  rows = await insertChain(test, 8)
})

const site = 'blocks.0.hook_resid_post'
const training = { architecture: 'topk', site, expansion: 4, k: 4, steps: 400, batchSize: 64 }

/** Sends requests while a transaction holds what `statements` touched, and commits it as soon as all of them wait for that. */
async function meets(statements: readonly string[], ...requests: (() => Promise<Answer>)[]): Promise<Answer[]> {
  const client = await test.database.pool.connect()
  try {
    await client.query('BEGIN')
    for (const statement of statements) await client.query(statement)
    const answers = Promise.all(requests.map((request) => request()))
    const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    const count = async () => (await test.database.pool.query<{ n: number }>(waiting)).rows[0]?.n
    await Promise.race([answers, expect.poll(count, { timeout: 20_000 }).toBe(requests.length)])
    await client.query('COMMIT')
    return await answers
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

const job = (kind: string, type: string, subject: string, params = '{}') =>
  `INSERT INTO job (id, kind, queue, subject_type, subject_id, title, params, state)
   VALUES ('${randomUUID()}', '${kind}', 'compute', '${type}', '${subject}', 'x', '${params}', 'queued')`
const subjectsOfJobs = async (): Promise<string[]> =>
  (await test.database.prisma.job.findMany({ where: { kind: { not: 'files.remove' } } })).map((one) => one.subjectId)

describe('work that starts on what is being deleted', () => {
  const starts: [string, (r: Rows) => string, (r: Rows) => [string, unknown]][] = [
    [
      'an extraction',
      (r) => `DELETE FROM sae WHERE id = '${r.saeId}'`,
      (r) => ['/extractions', { saeId: r.saeId, tokenizationId: r.tokenizationId, params: { tokens: 1000 } }],
    ],
    [
      'a training',
      (r) => `DELETE FROM tokenization WHERE id = '${r.tokenizationId}'`,
      (r) => ['/trainings', { modelId: r.modelId, tokenizationId: r.tokenizationId, params: training }],
    ],
    [
      'a tokenization',
      (r) => `DELETE FROM dataset WHERE id = '${r.datasetId}'`,
      (r) => [`/datasets/${r.datasetId}/tokenizations`, { modelId: r.modelId, contextSize: 16 }],
    ],
    [
      'a capture',
      (r) => `DELETE FROM tokenization WHERE id = '${r.tokenizationId}'`,
      (r) => ['/captures', { tokenizationId: r.tokenizationId, params: { sites: [site] } }],
    ],
    [
      'steering',
      (r) => `DELETE FROM extraction WHERE id = '${r.extractionId}'`,
      (r) => [
        '/steering',
        {
          modelId: r.modelId,
          extractionId: r.extractionId,
          prompt: 'once',
          variants: [{ features: [{ index: 1, strength: 1 }] }],
          sampling: {},
        },
      ],
    ],
    [
      'a self-check',
      (r) => `DELETE FROM sae WHERE id = '${r.saeId}'`,
      (r) => [`/saes/${r.saeId}/check`, { tokenizationId: null }],
    ],
  ]
  it.each(starts)('%s is refused and leaves no job behind', async (_, deletion, request) => {
    const before = await subjectsOfJobs()
    const [answer] = await meets([deletion(rows)], () => test.call('POST', ...request(rows)))
    expect(answer?.body.error).toMatchObject({ code: 'conflict', message: expect.stringContaining('was deleted') })
    expect(await subjectsOfJobs()).toEqual(before)
  })
})

it('a retry of work on what is being deleted is refused', async () => {
  await test.database.pool.query(job('extraction.run', 'extraction', rows.extractionId))
  const { id } = await test.database.prisma.job.findFirstOrThrow({ where: { subjectId: rows.extractionId } })
  await test.call('POST', `/jobs/${id}/cancel`)
  const deletion = `DELETE FROM extraction WHERE id = '${rows.extractionId}'`
  const [answer] = await meets([deletion], () => test.call('POST', `/jobs/${id}/retry`))
  expect(answer?.body.error).toMatchObject({ code: 'conflict', message: expect.stringContaining('was deleted') })
})

describe('what is deleted while work on it starts', () => {
  const started = (r: Rows): string[] => [
    `SELECT 1 FROM sae WHERE id = '${r.saeId}' FOR KEY SHARE`,
    `INSERT INTO extraction (id, sae_id, tokenization_id, dataset_name, params)
     VALUES ('${r.modelId}', '${r.saeId}', '${r.tokenizationId}', 'text', '{}')`,
    job('extraction.run', 'extraction', r.modelId),
  ]
  it('stays when it is an SAE with an extraction that has just begun', async () => {
    await test.call('DELETE', `/extractions/${rows.extractionId}`)
    const [answer] = await meets(started(rows), () => test.call('DELETE', `/saes/${rows.saeId}`))
    expect(answer?.body.error).toMatchObject({ code: 'in_use' })
    expect(await test.database.prisma.extraction.count({ where: { saeId: rows.saeId } })).toBe(1)
  })

  it('stays when it is a dataset whose tokens an extraction has just begun to read', async () => {
    const [answer] = await meets(started(rows), () => test.call('DELETE', `/datasets/${rows.datasetId}`))
    expect(answer?.body.error).toMatchObject({ code: 'in_use' })
    expect(await test.database.prisma.tokenization.count({ where: { id: rows.tokenizationId } })).toBe(1)
  })

  it('goes with the tokenization that was made of it meanwhile, and with its files', async () => {
    const id = randomUUID()
    const made = `INSERT INTO tokenization (id, dataset_id, model_id, context_size, prepend_bos)
      VALUES ('${id}', '${rows.datasetId}', '${rows.modelId}', 16, true)`
    const [answer] = await meets([made, job('dataset.tokenize', 'tokenization', id)], () =>
      test.call('DELETE', `/datasets/${rows.datasetId}`),
    )
    expect(answer?.status).toBe(200)
    const removal = await test.database.prisma.job.findFirstOrThrow({
      where: { kind: 'files.remove', subjectId: rows.datasetId },
    })
    expect(JSON.stringify(removal.params)).toContain(id)
    const left = await test.database.prisma.job.findFirstOrThrow({ where: { subjectId: id } })
    expect(left.state).toBe('cancelled')
  })
})

it('refuses to delete tokens that a capture, a self-check or a member of a sweep still reads', async () => {
  const remove = async () => (await test.call('DELETE', `/tokenizations/${rows.tokenizationId}`)).body.error
  const { body } = await test.call('POST', `/saes/${rows.saeId}/check`, { tokenizationId: rows.tokenizationId })
  expect(await remove()).toMatchObject({ code: 'in_use', message: expect.stringContaining('self-check') })
  await test.call('POST', `/jobs/${body.data.id}/cancel`)
  await test.call('POST', '/captures', { tokenizationId: rows.tokenizationId, params: { sites: [site] } })
  expect(await remove()).toMatchObject({ code: 'in_use', message: expect.stringContaining('capture') })
})

it('keeps both deletions of two checkpoints that are deleted at once', async () => {
  const { body } = await test.call('POST', '/trainings', {
    modelId: rows.modelId,
    tokenizationId: rows.tokenizationId,
    params: training,
  })
  const { id, job: started } = body.data
  const checkpoint = (step: number) => ({ step, bytes: 10, createdAt: new Date(0).toISOString(), metrics: {} })
  await test.database.prisma.job.update({ where: { id: started.id }, data: { state: 'completed' } })
  await test.database.prisma.training.update({ where: { id }, data: { checkpoints: [1, 2, 3].map(checkpoint) } })
  const lock = `SELECT 1 FROM training WHERE id = '${id}' FOR UPDATE`
  const remove = (step: number) => () => test.call('DELETE', `/trainings/${id}/checkpoints/${step}`)
  await meets([lock], remove(1), remove(2))
  const { checkpoints } = (await test.call('GET', `/trainings/${id}`)).body.data
  expect(checkpoints.map(({ step }: { step: number }) => step)).toEqual([3])
})
