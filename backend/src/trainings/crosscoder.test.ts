// Crosscoders in the backend: what a training over several sites may be, its sizes, and what its SAE cannot be used for.
import { TrainingRunParamsSchema } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { insertChain, type Rows } from '../testing/rows.js'

const SITE = 'blocks.0.hook_resid_post'
const WIDE = 'blocks.0.mlp.hook_post'
const params = { architecture: 'topk', site: SITE, moreSites: [WIDE], expansion: 4, k: 4, steps: 400, batchSize: 64 }
let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, 8)
  const site = (name: string, width: number) => ({ name, layer: 0, kind: 'token', width, shape: 'batch × seq × d' })
  await test.database.prisma.model.update({
    where: { id: rows.modelId },
    data: { sites: [site(SITE, 16), site(WIDE, 32)] },
  })
})
afterAll(() => test.close())
const create = (over: object = {}) =>
  test.call('POST', '/trainings', {
    modelId: rows.modelId,
    tokenizationId: rows.tokenizationId,
    params: { ...params, ...over },
  })

describe('a crosscoder', () => {
  it('reads all its sites, with as many features as the widest asks for', async () => {
    const { status, body } = await create()
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ dIn: 48, dSae: 128, name: expect.stringContaining('crosscoder of 2 sites') })
    const job = await test.database.prisma.job.findUniqueOrThrow({ where: { id: body.data.job.id } })
    expect(TrainingRunParamsSchema.parse(job.params).members[0]?.params.moreSites).toEqual([WIDE])
  })

  it.each([
    ['a site that is there twice', { moreSites: [SITE] }, 'each site once'],
    ['a site that the model does not have', { moreSites: ['x'] }, 'no site "x"'],
    ['another output site', { outputSite: WIDE }, 'leave out the output site'],
    ['a skip connection', { skipConnection: true }, 'no skip connection'],
    ['matching pursuit', { architecture: 'matching_pursuit', k: undefined }, 'cannot be a crosscoder'],
    ['whitening', { normalizeActivations: 'covariance_whitening' }, 'average norm'],
    ['more features per token than there are', { k: 129 }, '128 features'],
  ])('refuses %s', async (_, over, words) => {
    const { body } = await create(over)
    expect(body.error).toMatchObject({ code: 'training_invalid', message: expect.stringContaining(words) })
  })

  it('names its sites, and is no SAE for an extraction', async () => {
    const { saeId: id, tokenizationId } = rows
    expect((await test.call('GET', `/saes/${id}`)).body.data.sites).toEqual([SITE])
    await test.database.prisma.sae.update({ where: { id }, data: { sites: [SITE, WIDE] } })
    expect((await test.call('GET', `/saes/${id}`)).body.data.sites).toEqual([SITE, WIDE])
    const { body } = await test.call('POST', '/extractions', { saeId: id, tokenizationId, params: {} })
    expect(body.error).toMatchObject({ code: 'sae_unsupported', message: expect.stringContaining('crosscoder') })
  })
})
