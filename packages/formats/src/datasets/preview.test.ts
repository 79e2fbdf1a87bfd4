import { expect, it } from 'vitest'
import { temporaryFile } from '../testing.js'
import { previewDataset } from './preview.js'
import { parquetBytes } from './testing.js'

it('shows columns with types and samples, suggests the text column, and reports problems met', async () => {
  const rows = Array.from({ length: 50 }, (_, n) =>
    JSON.stringify({ id: n, title: 'a longer title', text: `story ${n}`, tags: ['x'], meta: { lang: 'en' } }),
  )
  const path = temporaryFile('a.jsonl', ['{broken', ...rows].join('\n'))
  const preview = await previewDataset(path, 'mine.jsonl')
  expect(preview).toMatchObject({ format: 'jsonl', compressed: false, suggestedColumn: 'text' })
  expect(preview.columns.map(({ name, type }) => `${name}:${type}`)).toEqual([
    'id:number',
    'title:string',
    'text:string',
    'tags:array',
    'meta:object',
    'meta.lang:string',
  ])
  expect(preview.rows.length).toBe(20)
  expect(preview.rows[0]).toEqual({
    id: 0,
    title: 'a longer title',
    text: 'story 0',
    tags: '["x"]',
    meta: '{"lang":"en"}',
  })
  expect(preview.problems.map(({ line }) => line)).toEqual([1])
})

it('suggests the longest text where no name helps, and nothing where there is no text', async () => {
  const suggested = async (line: string) => (await previewDataset(temporaryFile('a.jsonl', line))).suggestedColumn
  expect(await suggested('{"q":"short","a":"a much longer text"}')).toBe('a')
  expect(await suggested('{"q":1}')).toBeNull()
})

it('cuts long texts at whole characters and shows big integers', async () => {
  const preview = await previewDataset(
    temporaryFile(
      'a.parquet',
      parquetBytes([
        { name: 'n', groups: [[2n ** 60n]] },
        { name: 'text', groups: [[`x${'😀'.repeat(3000)}`]] },
      ]),
    ),
  )
  expect(preview.rows[0]?.['n']).toBe('1152921504606846976')
  const text = String(preview.rows[0]?.['text'])
  expect(text).toBe(`x${'😀'.repeat(999)}…`)
})
