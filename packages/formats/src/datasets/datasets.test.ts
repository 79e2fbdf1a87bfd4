import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../errors.js'
import { refusal, temporaryFile } from '../testing.js'
import { type OpenDatasetOptions, openDataset } from './open.js'
import { parquetBytes } from './testing.js'
import { fieldAt, openTexts } from './text.js'

async function records(path: string, options: OpenDatasetOptions = {}) {
  const stream = await openDataset(path, options)
  const found: { line: number; fields: Readonly<Record<string, unknown>> }[] = []
  for await (const batch of stream.batches()) found.push(...batch)
  return { found, stream }
}
const fieldsOf = async (path: string, options?: OpenDatasetOptions) =>
  (await records(path, options)).found.map(({ fields }) => fields)
const linesOf = async (path: string, options?: OpenDatasetOptions) =>
  (await records(path, options)).found.map(({ line }) => line)
const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('JSON lines', () => {
  it('reads objects and bare strings with their line numbers, over empty lines, CRLF and a byte order mark', async () => {
    const path = temporaryFile('a.jsonl', '\uFEFF{"text":"one"}\r\n\n  \n{"text":"zwölf 😀","n":2}\n"bare"')
    const { found, stream } = await records(path)
    expect(found).toEqual([
      { line: 1, fields: { text: 'one' } },
      { line: 4, fields: { text: 'zwölf 😀', n: 2 } },
      { line: 5, fields: { text: 'bare' } },
    ])
    expect(stream.position()).toBe(stream.size)
  })

  it('stops at a broken line and names it, or skips, counts and gives reasons', async () => {
    const content = Buffer.concat([
      Buffer.from('{"text":"a"}\n{"text":\n[1]\n'),
      latin1('{"text":"caf\xe9"}\n'),
      Buffer.from('{"text":"b"}'),
    ])
    const path = temporaryFile('a.jsonl', content)
    expect((await refusal(() => records(path), 'dataset_record_invalid')).line).toBe(2)
    const { found, stream } = await records(path, { onBadRecord: 'skip' })
    expect(found.map(({ fields }) => fields['text'])).toEqual(['a', 'b'])
    expect(stream.skipped.count).toBe(3)
    expect(stream.skipped.records.map(({ line }) => line)).toEqual([2, 3, 4])
    expect(stream.skipped.records[1]?.reason).toBe('Expected a JSON object, found an array')
    expect(stream.skipped.records[2]?.reason).toBe('Byte 0xE9 at byte 13 of the line is not UTF-8')
  })

  it('keeps the first hundred reasons but counts all', async () => {
    const path = temporaryFile('a.jsonl', `${'x\n'.repeat(250)}{"text":"a"}`)
    const { stream } = await records(path, { onBadRecord: 'skip' })
    expect([stream.skipped.count, stream.skipped.records.length]).toEqual([250, 100])
  })

  it('refuses lines over the limit without keeping them', async () => {
    const path = temporaryFile('a.jsonl', `{"text":"${'x'.repeat(600_000)}"}\n{"text":"b"}`)
    expect((await refusal(() => records(path, { maxRecordBytes: 1000 }), 'dataset_line_too_long')).line).toBe(1)
    expect(await fieldsOf(path, { maxRecordBytes: 1000, onBadRecord: 'skip' })).toEqual([{ text: 'b' }])
    expect((await fieldsOf(path)).length).toBe(2)
  })

  it('reads records that lie across chunk borders', async () => {
    const texts = Array.from({ length: 3000 }, (_, n) => `${n} ${'äöü😀'.repeat(n % 97)}`)
    const path = temporaryFile('a.jsonl', texts.map((text) => JSON.stringify({ text })).join('\n'))
    expect((await fieldsOf(path)).map((fields) => fields['text'])).toEqual(texts)
  })
})

describe('JSON', () => {
  it('reads an array, or the only one in an object, element by element with line numbers', async () => {
    const array = '[\n {"text":"a]\\"}","n":{"x":[1,2]}},\n\n {"text":"b"} , "c"\n]\n'
    expect(await linesOf(temporaryFile('a.json', array))).toEqual([2, 4, 4])
    const wanted = [{ text: 'a]"}', n: { x: [1, 2] } }, { text: 'b' }, { text: 'c' }]
    expect(await fieldsOf(temporaryFile('a.json', array))).toEqual(wanted)
    const object = `{"version":"[1]","meta":{"a":["x"],"b":[[]]},"data":${array},"rest":{"z":["}"]}}`
    expect(await fieldsOf(temporaryFile('a.json', object))).toEqual(wanted)
    expect(await fieldsOf(temporaryFile('a.json', `{"data":${array}}`))).toEqual(wanted)
  })

  it('gives what JSON.parse gives, wherever chunks end', async () => {
    const rows = Array.from({ length: 2000 }, (_, n) => ({
      id: n,
      text: `"${'\\'.repeat(n % 7)}[{,😀`.repeat(n % 80),
      deep: [[n], { a: [{}] }],
    }))
    expect(await fieldsOf(temporaryFile('a.json', JSON.stringify(rows, null, 1)))).toEqual(rows)
  })

  it('takes a .json file of one object per line as JSON lines', async () => {
    const { found, stream } = await records(temporaryFile('a.json', '{"text":"a"}\n{"text":"b"}\n'))
    expect([stream.format, found.length]).toEqual(['jsonl', 2])
  })

  it.each([
    ['a number', '17', 1],
    ['an object without an array or text', '{"a":\n{"b":1}}', 1],
    ['a file that ends inside the array', '[{"a":1},\n{"a"', 2],
    ['a missing comma', '[\n{"a":1}\n{"a":2}]', 2],
    ['a missing element', '[{"a":1},,{"a":2}]', 1],
    ['a broken element', '[{"a":1},\n{"a":tru}]', 2],
    ['text behind the array', '[{"a":1}]\nx', 2],
    ['an object that is not closed', '{"a":[{"a":1}]', 1],
  ])('refuses %s', async (_name, content, line) => {
    expect((await refusal(() => records(temporaryFile('a.json', content)), 'dataset_record_invalid')).line).toBe(line)
  })

  it('skips broken elements when asked', async () => {
    const path = temporaryFile('a.json', '[{"a":1},{"a":tru},3,{"a":2}]')
    expect(await fieldsOf(path, { onBadRecord: 'skip' })).toEqual([{ a: 1 }, { a: 2 }])
    expect(
      await fieldsOf(temporaryFile('a.json', `[{"a":"${'x'.repeat(99)}"},{"a":2}]`), {
        onBadRecord: 'skip',
        maxRecordBytes: 50,
      }),
    ).toEqual([{ a: 2 }])
  })
})

describe('CSV', () => {
  it('reads quoted fields with delimiters, line breaks and quotes, and counts lines', async () => {
    const path = temporaryFile('a.csv', 'id,text\r\n1,"a, ""b""\nc"\r\n\r\n2,"d"\r\n3,e "f" g\r\n4,')
    const { found } = await records(path)
    expect(found).toEqual([
      { line: 2, fields: { id: '1', text: 'a, "b"\nc' } },
      { line: 5, fields: { id: '2', text: 'd' } },
      { line: 6, fields: { id: '3', text: 'e "f" g' } },
      { line: 7, fields: { id: '4', text: '' } },
    ])
  })

  it('takes semicolons and tabs', async () => {
    expect(await fieldsOf(temporaryFile('a.csv', 'a;b;c,d\n1;2;3,4\n'))).toEqual([{ a: '1', b: '2', 'c,d': '3,4' }])
    expect(await fieldsOf(temporaryFile('a.tsv', 'a\tb,c,d\n1\t2\n'))).toEqual([{ a: '1', 'b,c,d': '2' }])
  })

  it('goes on behind broken rows and names each', async () => {
    const content = Buffer.concat([
      Buffer.from('id,text\n1,a,b\n2,"x"y\n3,'),
      latin1('\xe9'),
      Buffer.from('\n4,ok\n5,"never\nclosed'),
    ])
    const path = temporaryFile('a.csv', content)
    expect((await refusal(() => records(path), 'dataset_record_invalid')).line).toBe(2)
    const { found, stream } = await records(path, { onBadRecord: 'skip' })
    expect(found.map(({ fields }) => fields['id'])).toEqual(['4'])
    expect(stream.skipped.records).toEqual([
      { line: 2, reason: 'The row has 3 fields, the header has 2' },
      { line: 3, reason: 'There is text behind a closing quote' },
      { line: 4, reason: 'Byte 0xE9 at byte 3 of the line is not UTF-8' },
      { line: 6, reason: 'A quote is never closed; 2 lines are lost in it' },
    ])
  })

  it('gives back what was written, wherever chunks end', async () => {
    const rows = Array.from({ length: 3000 }, (_, n) => ({ id: String(n), text: `"\r\n,${'ö"'.repeat(n % 90)}` }))
    const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`
    const path = temporaryFile('a.csv', `id,text\r\n${rows.map((row) => `${row.id},${quoted(row.text)}`).join('\r\n')}`)
    expect(await fieldsOf(path)).toEqual(rows)
  })

  it('refuses a header with a name twice, and rows over the limit', async () => {
    await refusal(() => records(temporaryFile('a.csv', 'a,a\n1,2\n')), 'dataset_record_invalid')
    await refusal(
      () => records(temporaryFile('a.csv', `a,b\n1,${'x'.repeat(100)}\n`), { maxRecordBytes: 50 }),
      'dataset_line_too_long',
    )
  })
})

describe('text', () => {
  const content = 'one\r\ntwo\n\n \nthree\n'
  it.each([
    ['lines', ['one', 'two', 'three'], [1, 2, 5]],
    ['paragraphs', ['one\ntwo', 'three'], [1, 5]],
    ['whole', ['one\ntwo\n\n \nthree'], [1]],
  ] as const)('cuts a file into documents by %s', async (txtMode, texts, lines) => {
    const path = temporaryFile('a.txt', content)
    expect((await fieldsOf(path, { txtMode })).map((fields) => fields['text'])).toEqual(texts)
    expect(await linesOf(path, { txtMode })).toEqual(lines)
  })

  it('reports lines that are not UTF-8', async () => {
    const path = temporaryFile('a.txt', latin1('good\ncaf\xe9 x\nmore'))
    expect((await refusal(() => records(path), 'dataset_not_utf8')).message).toContain('line 2')
    expect(await fieldsOf(path, { onBadRecord: 'skip' })).toEqual([{ text: 'good' }, { text: 'more' }])
    await refusal(() => records(path, { txtMode: 'whole' }), 'dataset_not_utf8')
  })

  it('limits documents of many lines', async () => {
    const path = temporaryFile('a.txt', 'abc\n'.repeat(100))
    await refusal(() => records(path, { txtMode: 'whole', maxRecordBytes: 200 }), 'dataset_line_too_long')
  })
})

describe('parquet', () => {
  const columns = [
    { name: 'id', groups: [[1n, 2n], [3n]] },
    { name: 'text', groups: [['one', 'zwei 😀'], ['']] },
  ]
  it.each([false, true])('reads rows group by group (gzip %s)', async (gzip) => {
    const path = temporaryFile('a.parquet', parquetBytes(columns, gzip))
    const { found } = await records(path)
    expect(found).toEqual([
      { line: 1, fields: { id: 1n, text: 'one' } },
      { line: 2, fields: { id: 2n, text: 'zwei 😀' } },
      { line: 3, fields: { id: 3n, text: '' } },
    ])
    expect(await fieldsOf(path, { columns: ['text'] })).toEqual([{ text: 'one' }, { text: 'zwei 😀' }, { text: '' }])
    await refusal(() => records(path, { columns: ['story'] }), 'dataset_column_missing')
  })

  it('reports text that is not UTF-8 with its row', async () => {
    const path = temporaryFile('a.parquet', parquetBytes([{ name: 'text', groups: [['good', latin1('caf\xe9')]] }]))
    expect((await refusal(() => records(path), 'dataset_not_utf8')).line).toBe(2)
    expect(await fieldsOf(path, { onBadRecord: 'skip' })).toEqual([{ text: 'good' }])
  })

  it('refuses what is no parquet file, and cut or changed ones', async () => {
    const whole = parquetBytes(columns)
    await refusal(() => records(temporaryFile('a.parquet', 'hello world')), 'parquet_invalid')
    for (let length = 5; length < whole.length; length += 23)
      await refusal(() => records(temporaryFile('a.parquet', whole.slice(0, length))), 'parquet_invalid')
  })

  it('refuses a footer that names a column twice or points outside, instead of ending the process', async () => {
    const whole = Buffer.from(parquetBytes(columns))
    const footer = whole.length - 8 - whole.readUInt32LE(whole.length - 8)
    // Every byte of the footer once set to 0xff: offsets, counts, names and types go wrong in turn.
    for (let at = footer; at < whole.length - 8; at++) {
      const bytes = Buffer.from(whole)
      bytes[at] = 0xff
      const outcome = await records(temporaryFile('a.parquet', bytes)).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FormatError)
    }
  })
})

describe('all formats', () => {
  it('reads gzip and refuses broken gzip', async () => {
    const packed = gzipSync('{"text":"a"}\n{"text":"b"}\n'.repeat(1000))
    const { found, stream } = await records(temporaryFile('a.jsonl.gz', packed))
    expect([found.length, stream.compressed, stream.position()]).toEqual([2000, true, packed.length])
    await refusal(() => records(temporaryFile('a.jsonl.gz', packed.subarray(0, -20))), 'dataset_gzip_invalid')
    await refusal(() => records(temporaryFile('a.txt.gz', 'not gzip')), 'dataset_gzip_invalid')
    expect(await fieldsOf(temporaryFile('a.csv.gz', gzipSync('a\n1')))).toEqual([{ a: '1' }])
  })

  it('refuses empty files, files without records, and unknown formats', async () => {
    for (const name of ['a.jsonl', 'a.txt', 'a.csv', 'a.json', 'a.parquet'])
      await refusal(() => records(temporaryFile(name, '')), 'dataset_empty')
    for (const [name, content] of [
      ['a.jsonl', '\n\n'],
      ['a.txt', ' \n'],
      ['a.csv', 'a,b\n'],
      ['a.json', '[ ]'],
    ] as const)
      await refusal(() => records(temporaryFile(name, content)), 'dataset_empty')
    await refusal(() => records(temporaryFile('a.jsonl', 'x\ny'), { onBadRecord: 'skip' }), 'dataset_empty')
    await refusal(() => records(temporaryFile('a.docx', 'x')), 'dataset_format_unknown')
    await refusal(() => records(temporaryFile('a.pkl', 'x')), 'pickle_refused')
    await refusal(() => records('/nowhere/a.txt'), 'file_not_found')
  })

  it('goes by the given name when the file is stored under another', async () => {
    expect(await fieldsOf(temporaryFile('stored', 'a\n1\n'), { fileName: 'data.csv' })).toEqual([{ a: '1' }])
  })
})

describe('text columns', () => {
  const texts = async (path: string, column: string | null, options: OpenDatasetOptions = {}) => {
    const stream = await openTexts(path, column, options)
    const found: string[] = []
    for await (const batch of stream.batches()) found.push(...batch.map(({ text }) => text))
    return { found, stream }
  }

  it('finds a column by name or by path, and never an inherited one', async () => {
    const path = temporaryFile('a.jsonl', '{"translation":{"en":"hello"},"a.b":"dotted"}')
    expect((await texts(path, 'translation.en')).found).toEqual(['hello'])
    expect((await texts(path, 'a.b')).found).toEqual(['dotted'])
    expect(fieldAt({}, 'constructor.name')).toBeUndefined()
    await refusal(() => texts(path, null), 'dataset_column_missing')
  })

  it('stops or skips where the column is absent or holds no text', async () => {
    const path = temporaryFile(
      'a.jsonl',
      '{"text":"a"}\n{"other":1}\n{"text":3}\n{"text":null}\n{"text":"\\ud83d"}\n{"text":"b"}',
    )
    expect((await refusal(() => texts(path, 'text'), 'dataset_column_missing')).message).toContain('other')
    const { found, stream } = await texts(path, 'text', { onBadRecord: 'skip' })
    expect(found).toEqual(['a', 'b'])
    expect(stream.skipped.records.map(({ line }) => line)).toEqual([2, 3, 4, 5])
    await refusal(() => texts(path, 'story', { onBadRecord: 'skip' }), 'dataset_column_missing')
    const number = temporaryFile('a.jsonl', '{"text":3}')
    await refusal(() => texts(number, 'text'), 'dataset_text_invalid')
  })

  it('needs no column for text files', async () => {
    const { found, stream } = await texts(temporaryFile('a.txt', 'one\ntwo'), null)
    expect([found, stream.column]).toEqual([['one', 'two'], 'text'])
  })
})
