// Sweeps, branches, extensions, checkpoints, templates and exports against a real PostgreSQL.
import { TrainingRunParamsSchema } from '@mistudio/contracts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { insertChain, type Rows, report } from '../testing/rows.js'
import { csvOf } from './training.export.js'

let test: TestApp
let rows: Rows
const site = 'blocks.0.hook_resid_post'
const params = { architecture: 'topk', site, expansion: 4, k: 4, steps: 400, batchSize: 64 }
const checkpoint = (step: number) => ({ step, bytes: 10, createdAt: new Date(0).toISOString(), metrics: {} })
const on = () => ({ modelId: rows.modelId, tokenizationId: rows.tokenizationId })

beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, 8)
})
afterAll(() => test.close())
afterEach(() => test.database.prisma.run.deleteMany({ where: { kind: 'sae-training' } }))

/** Parameters of the jobs of trainings, oldest first. */
const jobs = async () => {
  const found = await test.database.prisma.job.findMany({
    where: { kind: 'training.run' },
    orderBy: { createdAt: 'asc' },
  })
  return found.map((job) => ({ subjectId: job.subjectId, ...TrainingRunParamsSchema.parse(job.params) }))
}

/** A training that ended, with checkpoints. */
async function finished(steps: readonly number[]): Promise<string> {
  const { body } = await test.call('POST', '/trainings', { ...on(), params })
  const { id, job } = body.data
  await test.database.prisma.job.update({ where: { id: job.id }, data: { state: 'completed' } })
  await test.database.prisma.training.update({ where: { id }, data: { checkpoints: steps.map(checkpoint) } })
  return id
}

describe('a sweep', () => {
  it('runs what shares a stream as one job, and the rest apart', async () => {
    await test.database.prisma.job.deleteMany({ where: { kind: 'training.run' } })
    const grid = { k: [2, 4], batchSize: [32, 64], learningRate: [0.01] }
    const { status, body } = await test.call('POST', '/trainings/sweeps', { ...on(), name: 's', params, grid })
    expect(status).toBe(201)
    expect(body.data.map((t: { name: string }) => t.name)).toEqual([
      's · k 2, Batch size 32, Learning rate 0.01',
      's · k 2, Batch size 64, Learning rate 0.01',
      's · k 4, Batch size 32, Learning rate 0.01',
      's · k 4, Batch size 64, Learning rate 0.01',
    ])
    expect(new Set(body.data.map((t: { sweepId: string }) => t.sweepId)).size).toBe(1)
    const groups = (await jobs()).map(({ subjectId, members }) => ({
      subjectId,
      members: members.map(({ trainingId, params: { batchSize } }) => [trainingId, batchSize]),
    }))
    const ids = body.data.map((t: { id: string }) => t.id)
    expect(groups).toEqual([
      {
        subjectId: ids[0],
        members: [
          [ids[0], 32],
          [ids[2], 32],
        ],
      },
      {
        subjectId: ids[1],
        members: [
          [ids[1], 64],
          [ids[3], 64],
        ],
      },
    ])
    // All of a group show its job, and none can be deleted while it runs.
    const { body: third } = await test.call('GET', `/trainings/${ids[2]}`)
    expect(third.data).toMatchObject({ groupId: ids[0], job: { subjectId: ids[0] } })
    expect((await test.call('DELETE', `/trainings/${ids[2]}`)).body.error.code).toBe('wrong_state')
  })

  it('over architectures gives each its own options', async () => {
    const list = [{ architecture: 'jumprelu', targetL0: 4 }, { architecture: 'gated' }, { k: 8 }]
    const { body } = await test.call('POST', '/trainings/sweeps', { ...on(), params, list })
    expect(body.data.map((t: { params: object }) => 'k' in t.params)).toEqual([false, false, true])
    expect(body.data.every((t: { groupId: string }) => t.groupId === body.data[0].id)).toBe(true)
  })

  it.each([
    ['an unknown option', { grid: { kk: [1] } }, 'validation_failed'],
    ['a value out of its limits', { grid: { k: [0] } }, 'validation_failed'],
    ['a member that may not start', { grid: { k: [4, 65] } }, 'training_invalid'],
    ['too many', { grid: { k: [1, 2, 3, 4, 5, 6, 7, 8, 9], seed: [1, 2, 3, 4, 5, 6, 7, 8] } }, 'training_invalid'],
    ['neither grid nor list', {}, 'validation_failed'],
  ])('is refused whole for %s', async (_, how, code) => {
    const before = await test.database.prisma.training.count()
    const { body } = await test.call('POST', '/trainings/sweeps', { ...on(), params, ...how })
    expect(body.error.code).toBe(code)
    expect(await test.database.prisma.training.count()).toBe(before)
  })
})

describe('a training out of another', () => {
  it('extends from the newest checkpoint, to more steps', async () => {
    const id = await finished([200, 400])
    const { body } = await test.call('POST', `/trainings/${id}/extend`, { steps: 600 })
    expect(body.data).toMatchObject({ params: { steps: 600, k: 4 }, parent: { trainingId: id, step: 400 }, step: 0 })
    expect((await jobs()).at(-1)?.members[0]?.parent).toEqual({ trainingId: id, step: 400 })
    const { body: less } = await test.call('POST', `/trainings/${id}/extend`, { steps: 400 })
    expect(less.error.code).toBe('training_invalid')
  })

  it('branches with other options, but not with other shapes', async () => {
    const id = await finished([200])
    const branch = (body: object) => test.call('POST', `/trainings/${id}/branch`, body)
    const { body } = await branch({ step: 200, params: { learningRate: 0.5, k: 7 } })
    expect(body.data.params).toMatchObject({ learningRate: 0.5, k: 7, steps: 400 })
    const { body: wider } = await branch({ step: 200, params: { expansion: 8 } })
    expect(wider.error.details.issues[0].path).toBe('params.expansion')
    expect((await branch({ step: 100 })).body.error.code).toBe('conflict')
    const { body: again } = await branch({ step: 0, params: { expansion: 8, architecture: 'standard' } })
    expect(again.data).toMatchObject({ dSae: 128, params: { architecture: 'standard' }, parent: { step: 0 } })
    expect((await jobs()).at(-1)?.members[0]?.parent).toBe(null)
  })

  it('loses a checkpoint only when it does not run', async () => {
    const id = await finished([200, 400])
    expect((await test.call('DELETE', `/trainings/${id}/checkpoints/200`)).status).toBe(200)
    const { body } = await test.call('GET', `/trainings/${id}`)
    expect(body.data.checkpoints.map(({ step }: { step: number }) => step)).toEqual([400])
    const removal = await test.database.prisma.job.findFirstOrThrow({
      where: { kind: 'files.remove' },
      orderBy: { createdAt: 'desc' },
    })
    expect(removal.params).toEqual({ targets: [{ room: 'trainings', id, checkpoint: 200 }] })
    expect((await test.call('DELETE', `/trainings/${id}/checkpoints/200`)).body.error.code).toBe('not_found')
    await test.database.prisma.job.updateMany({ where: { subjectId: id }, data: { state: 'paused' } })
    expect((await test.call('DELETE', `/trainings/${id}/checkpoints/400`)).body.error.code).toBe('wrong_state')
  })
})

describe('metrics as a file', () => {
  it('CSV has a row per step and leaves cells without a value empty', () => {
    const series = {
      density_10: { steps: [20], values: [3] },
      density_2: { steps: [20], values: [4] },
      loss: { steps: [10, 20], values: [0.5, null] },
    }
    expect(csvOf(series)).toBe('step,loss,density_2,density_10\n10,0.5,,\n20,,4,3\n')
  })

  it('is served as an attachment', async () => {
    const id = await finished([])
    await report(test, id, [{ step: 3, values: { l0: 7 } }])
    const headers = { authorization: `Bearer ${test.key}` }
    const get = (format: string) =>
      fetch(`${test.url}/api/v1/trainings/${id}/metrics/file?format=${format}`, { headers })
    const csv = await get('csv')
    expect(csv.headers.get('content-disposition')).toMatch(/attachment; filename=".+-metrics\.csv"/)
    expect(await csv.text()).toBe('step,l0\n3,7\n')
    const json = (await (await get('json')).json()) as { series: object; definitions: Record<string, object> }
    expect(json.series).toEqual({ l0: { steps: [3], values: [7] } })
    expect(json.definitions['l0']).toMatchObject({ unit: 'features' })
    expect((await get('xml')).status).toBe(400)
  })
})

describe('templates', () => {
  it('are saved, changed, exported and imported elsewhere', async () => {
    const { status, body } = await test.call('POST', '/templates', { name: 'small', params })
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ name: 'small', description: '', params: { k: 4, seed: 0 } })
    const { id } = body.data
    const changed = await test.call('PATCH', `/templates/${id}`, { description: 'for laptops' })
    expect(changed.body.data).toMatchObject({ name: 'small', description: 'for laptops', params: { k: 4 } })
    const { body: file } = await test.call('GET', '/templates/export')
    expect((await test.call('DELETE', `/templates/${id}`)).status).toBe(200)
    expect((await test.call('GET', `/templates/${id}`)).status).toBe(404)
    const imported = await test.call('POST', '/templates/import', file.data)
    expect(imported.body.data).toMatchObject([{ name: 'small', description: 'for laptops', params: { k: 4 } }])
    const { body: list } = await test.call('GET', '/templates')
    expect(list.data).toHaveLength(1)
    const wrong = await test.call('POST', '/templates/import', { ...file.data, version: 2 })
    expect(wrong.body.error.code).toBe('validation_failed')
  })
})
