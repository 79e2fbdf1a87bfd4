// Guards: a list of features keeps each once, has a name of its own within its SAE, filters the browser, and goes with its SAE alone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { insertChain, type Rows } from '../testing/rows.js'

const FEATURES = 16
let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, FEATURES)
})
afterAll(() => test.close())

const create = (body: object) => test.call('POST', `/saes/${rows.saeId}/feature-lists`, body)
const change = (id: string, body: object) => test.call('PATCH', `/feature-lists/${id}`, body)
const shown = async (list: string): Promise<number[]> => {
  const query = `includeDead=true&sort=index&order=asc&list=${list}`
  const { body } = await test.call('GET', `/extractions/${rows.extractionId}/feature-indices?${query}`)
  return body.data.indices
}

describe('a list of features', () => {
  it('holds each feature once, filters the browser, and changes by what is added and taken out', async () => {
    const { status, body } = await create({ name: 'mothers', indices: [7, 3, 7] })
    expect([status, body.data.size]).toEqual([201, 2])
    const { id } = body.data
    expect(await shown(id)).toEqual([3, 7])
    expect((await change(id, { name: 'parents', add: [3, 5], remove: [7, 9] })).body.data).toMatchObject({
      name: 'parents',
      size: 2,
    })
    expect(await shown(id)).toEqual([3, 5])
    const { body: all } = await test.call('GET', `/saes/${rows.saeId}/feature-lists`)
    expect(all.data.map(({ name }: { name: string }) => name)).toEqual(['parents'])
    expect((await test.call('DELETE', `/feature-lists/${id}`)).status).toBe(200)
    expect((await change(id, { name: 'gone' })).status).toBe(404)
    expect(await shown(id)).toEqual([])
  })

  it('has a name that no other list of its SAE has, and features that the SAE has', async () => {
    const { id } = (await create({ name: 'one', indices: [1] })).body.data
    expect((await create({ name: 'one', indices: [2] })).status).toBe(409)
    const other = (await create({ name: 'two', indices: [2] })).body.data
    expect((await change(other.id, { name: 'one' })).status).toBe(409)
    expect((await change(id, { name: 'one' })).status).toBe(200)
    const { status, body } = await change(id, { add: [FEATURES] })
    expect([status, body.error.message]).toEqual([404, expect.stringContaining(`no feature ${FEATURES}`)])
  })
})
