// Guards: the right array of a JSON document is read, and where there is a choice the user is asked.
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFile } from '../testing.js'
import { type OpenDatasetOptions, openDataset } from './open.js'
import { previewDataset } from './preview.js'
import { openTexts } from './text.js'

const fixture = (name: string): string => new URL(`../../../../fixtures/datasets/${name}`, import.meta.url).pathname
const written = (value: unknown): string => temporaryFile('a.json', JSON.stringify(value, null, 1))

async function fieldsOf(path: string, options: OpenDatasetOptions = {}) {
  const found: unknown[] = []
  for await (const batch of (await openDataset(path, options)).batches())
    found.push(...batch.map(({ fields }) => fields))
  return found
}
const one = { text: 'one' }
const two = { text: 'two' }

it('reads the records of published files: tags before the data, rows of the hub’s server', async () => {
  expect(await fieldsOf(fixture('arr_first_other.json'))).toHaveLength(2)
  expect((await previewDataset(fixture('arr_first_other.json'))).suggestedColumn).toBe('text')
  const hub = await fieldsOf(fixture('hfrows.json'))
  expect(hub).toHaveLength(2)
  expect(hub.every((fields) => typeof (fields as { text: unknown }).text === 'string')).toBe(true)
})

it.each([
  ['objects, never texts before them', { tags: ['a', 'b'], list: [one, two] }, 'list'],
  ['objects, never texts behind them', { list: [one, two], tags: ['a'] }, 'list'],
  ['the usual name among several', { features: [{ name: 'text' }], rows: [one, two], other: [one] }, 'rows'],
  ['the outer one', { meta: { licenses: [{ id: 1 }] }, list: [one, two] }, 'list'],
  ['an inner one when there is no other', { result: { page: 1, list: [one, two] } }, 'result.list'],
  ['one that lies behind large values', { blob: 'x['.repeat(2 ** 17), n: [[1], [2]], list: [one, two] }, 'list'],
  ['none that is empty', { errors: [], list: [one, two] }, 'list'],
])('takes %s', async (_name, document, recordsIn) => {
  expect(await fieldsOf(written(document))).toEqual([one, two])
  expect((await previewDataset(written(document))).recordsIn).toBe(recordsIn)
  expect(await fieldsOf(temporaryFile('a.json.gz', gzipSync(JSON.stringify(document))))).toEqual([one, two])
})

it('takes texts where nothing else is there', async () => {
  expect(await fieldsOf(written({ language: 'en', lines: ['one', 'two'] }))).toEqual([one, two])
})

describe('one object', () => {
  it('is the only record, also when it holds lists of its own', async () => {
    const record = { text: 'one', tags: ['a', 'b'], n: 1 }
    expect(await fieldsOf(written(record))).toEqual([record])
    expect(await fieldsOf(written({ title: 'x', words: 3 }))).toEqual([{ title: 'x', words: 3 }])
  })

  it('is refused with what to do when pandas wrote it column by column, or when it holds no text', async () => {
    const byColumn = await refusal(() => fieldsOf(written({ text: { 0: 'a', 1: 'b' } })), 'dataset_record_invalid')
    expect(byColumn.hint).toContain("orient='records'")
    await refusal(() => fieldsOf(written({ n: 1 })), 'dataset_record_invalid')
  })
})

it('asks where several arrays could be meant, with their names and sizes, and reads the one that is chosen', async () => {
  const path = written({ images: [{ file: 'a' }, { file: 'b' }, { file: 'c' }], annotations: [one, two] })
  const question = await refusal(() => fieldsOf(path), 'dataset_records_ambiguous')
  expect(question.message).toContain('images (3), annotations (2)')
  expect(question.choices).toEqual(['images', 'annotations'])
  expect(await fieldsOf(path, { recordsIn: 'annotations' })).toEqual([one, two])
  const preview = await previewDataset(path, path, 'annotations')
  expect([preview.recordsIn, preview.arrays]).toEqual([
    'annotations',
    [
      { path: 'images', records: 3 },
      { path: 'annotations', records: 2 },
    ],
  ])
  await refusal(() => fieldsOf(path, { recordsIn: 'words' }), 'dataset_records_missing')
  expect(await fieldsOf(written({ title: 'x', tags: ['a', 'b'] }), { recordsIn: '$' })).toEqual([
    { title: 'x', tags: ['a', 'b'] },
  ])
})

it('knows keys with escapes, dots and brackets in them', async () => {
  const document = { 'a"b': { '[x]': { 'c.d': [one, two] } } }
  expect((await previewDataset(written(document))).recordsIn).toBe('a"b.[x].c.d')
  expect(await fieldsOf(written(document))).toEqual([one, two])
})

it('gives the texts of a chosen array to an import', async () => {
  const stream = await openTexts(written({ a: [one], b: [two] }), 'text', { recordsIn: 'b' })
  const texts: string[] = []
  for await (const batch of stream.batches()) texts.push(...batch.map(({ text }) => text))
  expect(texts).toEqual(['two'])
})
