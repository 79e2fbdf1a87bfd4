// Guards: many features are starred and labelled in one statement that keeps what it should; numbers of features follow the list's filters; the
// histogram of densities counts every feature once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { insertChain, type Rows } from '../testing/rows.js'

const FEATURES = 32
let test: TestApp
let rows: Rows
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, FEATURES)
})
afterAll(() => test.close())

const annotate = (body: object) => test.call('POST', `/saes/${rows.saeId}/features/annotations`, body)
const list = async (query: string) =>
  (await test.call('GET', `/extractions/${rows.extractionId}/features?includeDead=true&sort=index&order=asc&${query}`))
    .body.data as { index: number; label: string | null; starred: boolean }[]

describe('many features at once', () => {
  it('are starred and lose the star again, and only what changes is counted', async () => {
    expect((await annotate({ indices: [1, 2, 3], starred: true })).body.data).toEqual({ changed: 3 })
    expect((await annotate({ indices: [2, 3, 4], starred: true })).body.data).toEqual({ changed: 1 })
    expect((await list('starred=true')).map(({ index }) => index)).toEqual([1, 2, 3, 4])
    expect((await annotate({ indices: [1, 2], starred: false })).body.data).toEqual({ changed: 2 })
    expect((await list('starred=true')).map(({ index }) => index)).toEqual([3, 4])
  })

  it('get a label; labels that exist are kept unless they are to be replaced', async () => {
    await test.call('PATCH', `/saes/${rows.saeId}/features/3`, { label: 'my own' })
    expect((await annotate({ indices: [3, 5], label: 'names' })).body.data).toEqual({ changed: 1 })
    const labels = async () => Object.fromEntries((await list('indices=3,5')).map((row) => [row.index, row.label]))
    expect(await labels()).toEqual({ 3: 'my own', 5: 'names' })
    expect((await annotate({ indices: [3, 5], label: 'people', replaceLabels: true })).body.data).toEqual({
      changed: 2,
    })
    expect(await labels()).toEqual({ 3: 'people', 5: 'people' })
    expect((await list('indices=3')).map(({ starred }) => starred)).toEqual([true])
  })

  it('are refused where the SAE has no such feature', async () => {
    const { status, body } = await annotate({ indices: [0, FEATURES], starred: true })
    expect(status).toBe(404)
    expect(body.error.message).toContain(`no feature ${FEATURES}`)
  })
})

it('numbers of all features that fit follow the filters and the order of the list', async () => {
  const ask = async (query: string) =>
    (await test.call('GET', `/extractions/${rows.extractionId}/feature-indices?${query}`)).body.data.indices as number[]
  expect(await ask('includeDead=true&sort=index&order=asc')).toEqual(Array.from({ length: FEATURES }, (_, at) => at))
  const alive = await ask('sort=max')
  expect(new Set(alive).size).toBe(alive.length)
  expect(alive.length).toBeLessThan(FEATURES)
  expect(await ask('indices=4,2&sort=index&order=asc&includeDead=true')).toEqual([2, 4])
})

it('the histogram of densities counts every feature once', async () => {
  const { data } = (await test.call('GET', `/extractions/${rows.extractionId}/density-histogram`)).body
  expect(data.edges).toHaveLength(data.counts.length + 1)
  const alive = data.counts.reduce((sum: number, count: number) => sum + count, 0)
  expect(alive + data.dead).toBe(FEATURES)
  // Of these rows only the first has a density of zero.
  expect(data.dead).toBe(1)
  const { rows: found } = await test.database.pool.query(
    'SELECT min(density) AS least, max(density) AS most FROM feature WHERE extraction_id = $1 AND density > 0',
    [rows.extractionId],
  )
  expect(data.edges[0]).toBeLessThanOrEqual(found[0].least * 1.0000001)
  expect(data.edges.at(-1)).toBeGreaterThan(found[0].most * 0.9999999)
})
