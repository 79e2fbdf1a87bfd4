// Rows that several people may hold open: an edit made over another version is refused with the other's text, and nothing is lost.
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './testing/app.js'
import { insertChain, type Rows } from './testing/rows.js'

let test: TestApp
let rows: Rows
let ids: { template: string; steering: string }
const params = {
  architecture: 'topk',
  site: 'blocks.0.hook_resid_post',
  expansion: 4,
  k: 4,
  steps: 400,
  batchSize: 64,
}
beforeAll(async () => {
  test = await startTestApp()
  rows = await insertChain(test, 8)
  const template = await test.call('POST', '/templates', { name: 'first', params })
  const steering = await test.call('POST', '/steering', {
    modelId: rows.modelId,
    prompt: 'once',
    variants: [],
    sampling: {},
  })
  ids = { template: template.body.data.id, steering: steering.body.data.id }
})
afterAll(() => test.close())

type Place = [what: string, read: () => string, write: () => string, field: string]
const EDITABLE: Place[] = [
  ['the name of a model', () => `/models/${rows.modelId}`, () => `/models/${rows.modelId}`, 'name'],
  ['the name of an SAE', () => `/saes/${rows.saeId}`, () => `/saes/${rows.saeId}`, 'name'],
  ['the name of an experiment', () => `/steering/${ids.steering}`, () => `/steering/${ids.steering}`, 'name'],
  ['a template', () => `/templates/${ids.template}`, () => `/templates/${ids.template}`, 'description'],
  [
    'the label of a feature',
    () => `/extractions/${rows.extractionId}/features/3`,
    () => `/saes/${rows.saeId}/features/3`,
    'label',
  ],
  [
    'the notes of a feature',
    () => `/extractions/${rows.extractionId}/features/5`,
    () => `/saes/${rows.saeId}/features/5`,
    'notes',
  ],
]

const patch = (where: string, body: object, seen?: string) =>
  test.call('PATCH', where, body, {
    authorization: `Bearer ${test.key}`,
    ...(seen === undefined ? {} : { 'if-match': `"${seen}"` }),
  })

describe.each(EDITABLE)('%s', (_, read, write, field) => {
  it('is not overwritten by somebody who saw another one, who is told what it says now', async () => {
    const { version: seen } = (await test.call('GET', read())).body.data
    const mine = await patch(write(), { [field]: 'mine' }, seen)
    expect(mine.status).toBe(200)
    const late = await patch(write(), { [field]: 'theirs' }, seen)
    expect(late.status).toBe(412)
    expect(late.body.error).toMatchObject({
      code: 'edited_meanwhile',
      details: { current: { [field]: 'mine', version: mine.body.data.version } },
    })
    expect((await test.call('GET', read())).body.data[field]).toBe('mine')
    expect((await patch(write(), { [field]: 'theirs' }, mine.body.data.version)).body.data[field]).toBe('theirs')
  })

  it('is written by one of two who save at the same moment', async () => {
    const { version: seen } = (await test.call('GET', read())).body.data
    const both = await Promise.all(['a', 'b'].map((text) => patch(write(), { [field]: `at once ${text}` }, seen)))
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
  })

  it('is overwritten by whoever says so', async () => {
    expect((await patch(write(), { [field]: 'whatever is there' })).status).toBe(200)
    expect((await patch(write(), { [field]: 'once more' }, '*')).status).toBe(412)
    const any = await test.call(
      'PATCH',
      write(),
      { [field]: 'any' },
      { authorization: `Bearer ${test.key}`, 'if-match': '*' },
    )
    expect(any.status).toBe(200)
  })
})

it('import roots of two administrators do not replace one another unseen', async () => {
  const { version: seen, importRoots } = (await test.call('GET', '/settings')).body.data
  const another = await realpath(await mkdtemp(path.join(tmpdir(), 'mistudio-root-')))
  const first = await patch('/settings', { importRoots: [...importRoots, another] }, seen)
  expect(first.status).toBe(200)
  const late = await patch('/settings', { importRoots: [] }, seen)
  expect(late.body.error.details.current.importRoots).toEqual([...importRoots, another])
  expect((await test.call('GET', '/settings')).body.data.importRoots).toHaveLength(importRoots.length + 1)
  await rm(another, { recursive: true })
})

it('a star takes nothing away from whoever writes a label', async () => {
  const { version: seen } = (await test.call('GET', `/extractions/${rows.extractionId}/features/1`)).body.data
  await patch(`/saes/${rows.saeId}/features/1`, { starred: true })
  const labelled = await patch(`/saes/${rows.saeId}/features/1`, { label: 'mine' }, seen)
  expect(labelled.body.data).toMatchObject({ label: 'mine', starred: true })
})
