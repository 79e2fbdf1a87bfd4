// Guards: files as other programs write them are read: line ends of old Macs, Python's numbers, Excel's marks, pandas' nulls. Each also as gzip.
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFile } from '../testing.js'
import { openDataset } from './open.js'
import { previewDataset } from './preview.js'
import { openTexts } from './text.js'

const fixture = (name: string): string => new URL(`../../../../fixtures/datasets/${name}`, import.meta.url).pathname

/** Texts of a file, which must be the same when it is gzipped. */
async function textsOf(name: string, content: string | Buffer, column: string | null = 'text'): Promise<string[]> {
  const plain = await texts(temporaryFile(name, content), column)
  expect((await texts(temporaryFile(`${name}.gz`, gzipSync(content)), column)).found).toEqual(plain.found)
  return plain.found
}
async function texts(path: string, column: string | null) {
  const stream = await openTexts(path, column)
  const found: string[] = []
  for await (const batch of stream.batches()) found.push(...batch.map(({ text }) => text))
  return { found, skipped: stream.skipped }
}
const wide = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')
const narrow = (text: string): Buffer => wide(text).swap16()

describe('line ends', () => {
  it.each(['\r', '\n', '\r\n'])('%j end lines, records and rows', async (end) => {
    expect(await textsOf('a.txt', ['one', '', 'two', 'three'].join(end), null)).toEqual(['one', 'two', 'three'])
    expect(await textsOf('a.jsonl', ['{"text":"one"}', '', '{"text":"two"}', ''].join(end))).toEqual(['one', 'two'])
    expect(await textsOf('a.csv', ['id,text', '1,one', '', `2,"t${end}w""o"`, '3,x', ''].join(end))).toEqual([
      'one',
      `t${end}w"o`,
      'x',
    ])
    expect(await textsOf('a.json', ['{"text":"one"}', '{"text":"two"}'].join(end))).toEqual(['one', 'two'])
  })

  it('may be mixed, and keep their count where a chunk ends between them', async () => {
    expect(await textsOf('a.txt', 'one\rtwo\nthree\r\n\rfour', null)).toEqual(['one', 'two', 'three', 'four'])
    const filler = 'x'.repeat(2 ** 18 - 1)
    const stream = await openDataset(temporaryFile('a.txt', `${filler}\r\ntwo\rthree`))
    const found: [number, number][] = []
    for await (const batch of stream.batches())
      found.push(...batch.map(({ line, fields }): [number, number] => [line, String(fields['text']).length]))
    expect(found).toEqual([
      [1, filler.length],
      [2, 3],
      [3, 5],
    ])
    const rows = await openDataset(temporaryFile('a.csv', `a\n${'x'.repeat(2 ** 18 - 3)}\r\n2\r3`))
    const lines: number[] = []
    for await (const batch of rows.batches()) lines.push(...batch.map(({ line }) => line))
    expect(lines).toEqual([2, 3, 4])
  })

  it('are read from a file that has returns only', async () => {
    expect((await texts(fixture('cr.txt'), null)).found).toEqual(['one', 'two', 'three'])
  })
})

describe('Python', () => {
  it('writes NaN and Infinity where JSON has no number: the text is read', async () => {
    const { found, skipped } = await texts(fixture('jl_nan.jsonl'), 'text')
    expect([found.length, skipped.count]).toEqual([3, 0])
    const line = '{"text":"NaN, \\"Infinity\\" and -Infinity","a":NaN,"b":[-Infinity,{"c":Infinity}]}'
    expect(await textsOf('a.jsonl', `${line}\n`)).toEqual(['NaN, "Infinity" and -Infinity'])
    expect(await textsOf('a.json', `[${line}]`)).toEqual(['NaN, "Infinity" and -Infinity'])
    await refusal(() => texts(temporaryFile('a.jsonl', '{"text":NaNs}'), 'text'), 'dataset_record_invalid')
  })

  it('writes null for a missing text: left out and counted, the rest is read', async () => {
    const path = temporaryFile('a.jsonl', '{"text":"one"}\n{"text":null}\n{"text":"three"}')
    const { found, skipped } = await texts(path, 'text')
    expect(found).toEqual(['one', 'three'])
    expect(skipped.records).toEqual([{ line: 2, reason: 'The column "text" is empty (null)' }])
    await refusal(() => texts(temporaryFile('a.jsonl', '{"text":null}'), 'text'), 'dataset_column_missing')
  })
})

describe('Excel', () => {
  it('names the delimiter in a line of its own', async () => {
    expect(await textsOf('a.csv', 'sep=;\r\nid;text\r\n1;"one; two"\r\n')).toEqual(['one; two'])
    expect(await textsOf('a.csv', '\uFEFFsep=\t\nid\ttext\n1\tone\n')).toEqual(['one'])
    expect(await textsOf('a.tsv', 'sep=,\nid,text\n1,one\n')).toEqual(['one'])
  })

  it.each([
    ['UTF-16 little-endian', wide],
    ['UTF-16 big-endian', narrow],
    ['UTF-8 with a mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
  ])('saves %s', async (_name, encoded) => {
    expect(await textsOf('a.csv', encoded('id\ttext\r\n1\t"zwölf 😀"\r\n'))).toEqual(['zwölf 😀'])
    expect(await textsOf('a.txt', encoded('ä\r\nb😀'), null)).toEqual(['ä', 'b😀'])
    expect(await textsOf('a.json', encoded('[{"text":"é"}]'))).toEqual(['é'])
    const long = '😀ab'.repeat(2 ** 17)
    expect(await textsOf('a.jsonl', encoded(JSON.stringify({ text: long })))).toEqual([long])
  })

  it('is refused where UTF-16 is broken, and UTF-32 by name', async () => {
    await refusal(() => texts(temporaryFile('a.txt', wide('ab').subarray(0, 5)), null), 'dataset_not_utf8')
    const four = Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])
    expect((await refusal(() => texts(temporaryFile('a.txt', four), null), 'dataset_not_utf8')).message).toContain(
      'UTF-32',
    )
  })

  it('counts delimiters outside quotes only', async () => {
    expect(await textsOf('a.csv', '"a,b,c";text\n1;one\n')).toEqual(['one'])
  })
})

it('shows how a line that is not UTF-8 reads in Latin-1, and how to change it', async () => {
  const path = temporaryFile('a.txt', Buffer.from('good\nun café crème x\n', 'latin1'))
  const { hint } = await refusal(() => texts(path, null), 'dataset_not_utf8')
  expect(hint).toContain('"un café crème')
  expect(hint).toContain('iconv -f WINDOWS-1252')
})

it('keeps a NUL in the text', async () => {
  for (const name of ['jl_nul.jsonl', 'csv_nul.csv'])
    expect((await texts(fixture(name), 'text')).found.some((text) => text.includes('a\u0000b'))).toBe(true)
})

it('reads parquet columns whose name holds a dot, beside an object with such a field, and leaves nulls out', async () => {
  expect((await texts(fixture('dotted_column.parquet'), 'a.b')).found).toEqual(['one', 'two'])
  const { found, skipped } = await texts(fixture('dotted_column.parquet'), 'text')
  expect([found, skipped.records.map(({ line }) => line)]).toEqual([['t1', 't3'], [2]])
})

describe('bounded work', () => {
  it('reads a table of many columns, shows the first, and refuses too many by name', async () => {
    const names = Array.from({ length: 40_000 }, (_, n) => `c${n}`)
    const path = temporaryFile('a.csv', `${names.join(',')},text\n${names.map(() => '1').join(',')},a story\n`)
    const preview = await previewDataset(path)
    expect([preview.columnsInFile, preview.columns.length, preview.suggestedColumn]).toEqual([40_001, 201, 'text'])
    expect(Object.keys(preview.rows[0]!)).toHaveLength(201)
    const wider = temporaryFile('a.csv', `${'x,'.repeat(100_001)}\n`)
    expect((await refusal(() => previewDataset(wider), 'dataset_too_wide')).message).toContain('100000')
  })

  it('ends a preview when no record ends soon, without unpacking the rest', async () => {
    const zeros = gzipSync(Buffer.alloc(2 ** 20, 0x20))
    const path = temporaryFile('a.jsonl.gz', Buffer.concat(Array.from({ length: 200 }, () => zeros)))
    await refusal(() => previewDataset(path), 'dataset_line_too_long')
    const first = Buffer.concat([gzipSync('{"text":"one"}\n'), ...Array.from({ length: 200 }, () => zeros)])
    const preview = await previewDataset(temporaryFile('b.jsonl.gz', first))
    expect(preview.rows).toEqual([{ text: 'one' }])
  })

  it('ends a preview of empty lines, of broken lines, and shows values that are nested too deeply as such', async () => {
    await refusal(() => previewDataset(temporaryFile('a.jsonl', '\n'.repeat(4_000_000))), 'dataset_line_too_long')
    const broken = await refusal(
      () => previewDataset(temporaryFile('a.jsonl', 'x\n'.repeat(2_000_000))),
      'dataset_empty',
    )
    expect(Number(/All (\d+) records/.exec(broken.message)?.[1])).toBeLessThan(500_000)
    const deep = `{"text":"one","deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    expect((await previewDataset(temporaryFile('a.jsonl', deep))).rows[0]).toEqual({
      text: 'one',
      deep: '(nested too deeply to show)',
    })
  })

  it('looks at the first rows of a parquet file only', async () => {
    const stream = await openDataset(fixture('dotted_column.parquet'), { look: { bytes: 1, lines: 1, rows: 2 } })
    let rows = 0
    for await (const batch of stream.batches()) rows += batch.length
    expect(rows).toBe(2)
  })
})
