// Guards names, notes and tags of every room that has them: changed one by one, refused when somebody else did, found in lists.
import { randomUUID } from 'node:crypto'
import { TrainingParamsSchema } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'

let test: TestApp
const ids = { models: randomUUID(), datasets: randomUUID(), saes: randomUUID(), trainings: randomUUID() }
const ROOMS = Object.keys(ids) as (keyof typeof ids)[]

beforeAll(async () => {
  test = await startTestApp()
  const { prisma } = test.database
  await prisma.model.create({ data: { id: ids.models, name: 'first', path: '/m' } })
  await prisma.dataset.create({ data: { id: ids.datasets, name: 'first', fileName: 't.txt', source: {} } })
  const sae = { id: ids.saes, name: 'first', modelName: 'm', site: 's', architecture: 'topk' }
  await prisma.sae.create({ data: { ...sae, dIn: 8, dSae: 16, contextSize: 32, bytes: 1n } })
  const params = TrainingParamsSchema.parse({ site: 's' })
  await prisma.run.create({ data: { id: ids.trainings, kind: 'sae-training', name: 'first' } })
  const training = { id: ids.trainings, modelName: 'm', datasetName: 'd', params, dIn: 8, dSae: 16 }
  await prisma.training.create({ data: training })
})
afterAll(() => test.close())

describe.each(ROOMS)('texts of %s', (room) => {
  const read = async () => (await test.call('GET', `/${room}/${ids[room]}`)).body.data
  const change = (body: object, headers: Record<string, string> = {}) =>
    test.call('PATCH', `/${room}/${ids[room]}`, body, { authorization: `Bearer ${test.key}`, ...headers })

  it('are empty at first, and change one by one', async () => {
    expect(await read()).toMatchObject({ name: 'first', notes: '', tags: [] })
    const { data } = (await change({ tags: ['paper', 'paper', 'layer 3'] })).body
    expect(data).toMatchObject({ name: 'first', notes: '', tags: ['paper', 'layer 3'] })
    await change({ name: 'second', notes: 'Read in June.' })
    expect(await read()).toMatchObject({ name: 'second', notes: 'Read in June.', tags: ['paper', 'layer 3'] })
  })

  it('are not written over what somebody else wrote meanwhile', async () => {
    const { version } = await read()
    await change({ notes: 'theirs' }, { 'if-match': `"${version}"` })
    const refused = await change({ name: 'mine' }, { 'if-match': `"${version}"` })
    expect(refused.body.error).toMatchObject({
      code: 'edited_meanwhile',
      details: { current: { name: 'second', notes: 'theirs', tags: ['paper', 'layer 3'] } },
    })
    expect((await change({ tags: ['a,b'] })).body.error.code).toBe('validation_failed')
  })

  it('are found in lists', async () => {
    const found = async (query: string) =>
      (await test.call('GET', `/${room}?${query}`)).body.data.map(({ id }: { id: string }) => id)
    expect(await found('tag=layer%203')).toEqual([ids[room]])
    expect(await found('tag=layer')).toEqual([])
    expect(await found('search=theirs%20paper')).toEqual([ids[room]])
    const { facets } = (await test.call('GET', `/${room}?facets=true&limit=1`)).body.meta
    expect(facets.tag).toEqual([
      { value: 'layer 3', count: 1 },
      { value: 'paper', count: 1 },
    ])
  })
})
