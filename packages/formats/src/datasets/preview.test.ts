import { describe, expect, it } from 'vitest'
import { temporaryFile } from '../testing.js'
import { previewDataset } from './preview.js'
import { parquetBytes } from './testing.js'
import { findTextColumn } from './text-column.js'

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

describe('the text column', () => {
  const file = (line: string) => temporaryFile('a.jsonl', line)
  it.each([
    ['the only text column', '{"id":1,"utterance":"hello","tags":["x"]}', 'utterance'],
    ['the only one inside an object', '{"id":1,"translation":{"en":"hello"}}', 'translation.en'],
    ['a conventional name', '{"title":"a title longer than the text","Content":"c"}', 'Content'],
    ['the best of them', '{"body":"b","text":"t"}', 'text'],
  ])('is %s', async (_, line, expected) => {
    expect((await previewDataset(file(line))).suggestedColumn).toBe(expected)
    expect(await findTextColumn(file(line), 'a.jsonl', null)).toBe(expected)
  })

  it.each([
    ['several texts', '{"question":"short","answer":"a much longer text"}', 'question, answer'],
    ['a prompt and its completion', '{"prompt":"p","completion":"c"}', 'prompt, completion'],
    ['no text', '{"n":1,"l":["a"]}', 'n (number), l (array)'],
  ])('is asked for, with what there is, where there are %s', async (_, line, named) => {
    expect((await previewDataset(file(line))).suggestedColumn).toBeNull()
    await expect(findTextColumn(file(line), 'a.jsonl', null)).rejects.toMatchObject({
      code: 'dataset_column_missing',
      message: expect.stringContaining(named),
    })
  })

  it('can be chosen where hundreds of other columns stand before it', async () => {
    const numbers = Array.from({ length: 500 }, (_, n) => `"n${n}":1`).join()
    const { columns } = await previewDataset(file(`{${numbers},"question":"q","answer":"a"}`))
    expect(columns).toHaveLength(200)
    expect(columns.slice(-2).map(({ name }) => name)).toEqual(['question', 'answer'])
  })

  it('is none for a text file', async () => {
    expect(await findTextColumn(temporaryFile('a.txt', 'one'), 'a.txt', null)).toBeNull()
  })
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
