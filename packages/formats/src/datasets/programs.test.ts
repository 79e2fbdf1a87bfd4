// Guards: files as pandas, Excel, R, PowerShell and pyarrow write them are read whole, and what cannot be read is refused with the way out.
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFile } from '../testing.js'
import { previewDataset } from './preview.js'
import { openTexts } from './text.js'

const NESTED = new URL('../../../../fixtures/datasets/nested_names.parquet', import.meta.url).pathname

async function texts(path: string, column: string | null = 'text'): Promise<string[]> {
  const found: string[] = []
  for await (const batch of (await openTexts(path, column)).batches()) found.push(...batch.map(({ text }) => text))
  return found
}
const read = (name: string, content: string | Buffer, column?: string) => texts(temporaryFile(name, content), column)
const ROWS = [{ text: 'one' }, { text: 'two' }]

describe('JSON', () => {
  it.each([
    ['one line', JSON.stringify(ROWS)],
    ['an element per line', `[${ROWS.map((row) => JSON.stringify(row)).join(',\n')}]\n`],
    ['several lines per element', JSON.stringify(ROWS, null, 2)],
    ['texts', JSON.stringify(ROWS.map(({ text }) => text))],
  ])('is read from a .jsonl file that holds one array: %s', async (_name, content) => {
    expect(await read('a.jsonl', content)).toEqual(['one', 'two'])
    expect(await read('a.jsonl.gz', gzipSync(content))).toEqual(['one', 'two'])
  })

  it('is read line by line from a .json file, also where the first line holds Python’s NaN', async () => {
    expect(await read('a.json', '{"text":"one","n":NaN}\n{"text":"two","n":Infinity}\n')).toEqual(['one', 'two'])
  })

  it('is read with the name of an object whose fields have dots in theirs', async () => {
    expect(await read('a.jsonl', '{"m":{"a.b":"one"}}\n{"m":null}\n{"m":{"a.b":"two"}}', 'm.a.b')).toEqual([
      'one',
      'two',
    ])
  })

  it.each([
    ['a.jsonl', '["one", 1]\n["two", 2]', '{"text"'],
    ['a.jsonl', "{'text': 'one'}", 'json.dumps'],
    ['a.jsonl', '{"text": "one"},\n{"text": "two"},', 'comma at the end of the line'],
    ['a.jsonl', '{"text": "one",}', 'before the closing bracket'],
    ['a.jsonl', '{"text": "one"}{"text": "two"}', 'on one line'],
    ['a.jsonl', JSON.stringify(ROWS[0], null, 2), 'spread over several lines'],
    ['a.jsonl', '// made today\n{"text": "one"}', 'comment'],
    ['a.json', '[{"text": "one"},]', 'JSON has none there'],
    ['a.json', '{"columns":["text"],"index":[0],"data":[["one"]]}', "orient='records'"],
  ])('%s: %s is refused, and told how to write it', async (name, content, way) => {
    const { hint } = await refusal(() => read(name, content), 'dataset_record_invalid')
    expect(hint).toContain(way)
  })
})

describe('tables', () => {
  it.each([
    ['a quoted sep=', '"sep=;"\r\nid;text\r\n1;one\r\n2;two\r\n'],
    ['bars', 'id|text\n1|one\n2|two\n'],
    ['an empty line above', '\nid;text\n1;one\n2;two\n'],
    ['PowerShell’s type', '#TYPE System.Object\r\n"id","text"\r\n"1","one"\r\n"2","two"\r\n'],
    ['R’s numbers of rows', '"id","text"\n"1",7,"one"\n"2",8,"two"\n'],
    ['several columns without a name', ',text,\n0,one,\n1,two,\n'],
  ])('are read: %s', async (_name, content) => {
    expect(await read('a.csv', content)).toEqual(['one', 'two'])
    expect((await previewDataset(temporaryFile('a.csv', content))).suggestedColumn).toBe('text')
  })

  it('of one column are read with their header, and refused where the first line is a text', async () => {
    expect(await read('a.csv', 'text\none\n"two"\n')).toEqual(['one', 'two'])
    for (const line of ['It was a dark night.', '夜が明けた。', 'a '.repeat(12), 'x'.repeat(201)])
      expect((await refusal(() => read('a.csv', `${line}\none\n`), 'dataset_record_invalid')).hint).toContain('.txt')
  })

  it('do not take an unquoted delimiter for R’s numbers of rows', async () => {
    await refusal(() => read('a.csv', 'text\n1,one\n2,two\n'), 'dataset_record_invalid')
    await refusal(() => read('a.csv', 'id,text\n1,one, two\n'), 'dataset_record_invalid')
  })
})

describe('bytes', () => {
  it.each(['a.txt', 'a.jsonl', 'a.json', 'a.csv'])('of UTF-16 without a mark are refused by name: %s', async (name) => {
    const wide = Buffer.from('["text",\n"one"]\n', 'utf16le')
    for (const [content, order] of [
      [wide, 'LE'],
      [Buffer.from(wide).swap16(), 'BE'],
    ] as const)
      expect((await refusal(() => read(name, content), 'dataset_not_utf8')).hint).toContain(`UTF-16${order}`)
  })

  it('of gzip are unpacked whatever the name says; other archives and parquet are named', async () => {
    expect(await read('a.jsonl', gzipSync('{"text":"one"}'))).toEqual(['one'])
    for (const [start, what] of [
      ['PAR1', 'parquet'],
      ['PK\x03\x04', 'ZIP'],
      ['BZh9', 'bzip2'],
      ['<!DOCTYPE html>\n<html>', 'web page'],
    ] as const)
      expect((await refusal(() => read('a.csv', `${start}…`), 'dataset_format_unknown')).message).toContain(what)
  })
})

it('parquet objects are read by fields with dots in their names; null objects count as no text', async () => {
  expect(await texts(NESTED, 'meta.a.b')).toEqual(['one', 'four'])
  expect((await previewDataset(NESTED)).suggestedColumn).toBe('meta.a.b')
})
