// One JSON document: an array of records, element by element, or one object that is the only record.
import { FormatError } from '../errors.js'
import { JsonItemSplitter } from './json-items.js'
import { WHOLE_DOCUMENT } from './json-layout.js'
import { parseRecord, tooLong } from './jsonl.js'
import type { BrokenRecord, DatasetRecord, RecordBatch } from './types.js'
import { decodeStrict } from './utf8.js'

export interface JsonOptions {
  readonly maxBytes: number
  /** Path of the array, as json-layout.ts writes it. */
  readonly recordsIn: string
}

const CURLY = '{'.charCodeAt(0)

/** Records of a JSON document; elements that are not objects or strings come as `BrokenRecord`. */
export async function* readJson(
  chunks: AsyncIterable<Buffer>,
  file: string,
  options: JsonOptions,
): AsyncGenerator<RecordBatch> {
  const { maxBytes, recordsIn } = options
  const splitter = new JsonItemSplitter(file, maxBytes, recordsIn)
  let begun = false
  for await (const chunk of chunks) {
    const first = chunk.find((code) => code > 0x20)
    if (!begun && recordsIn === WHOLE_DOCUMENT && first === CURLY) {
      yield* readSingle(chunk, chunks, file, maxBytes)
      return
    }
    begun ||= first !== undefined
    const items = splitter.push(chunk)
    if (items.length > 0) yield items.map(({ line, bytes }) => unwrapped(parseItem(bytes, line, file, maxBytes)))
  }
  splitter.end()
}

/** The whole document as one record. */
async function* readSingle(
  start: Buffer,
  rest: AsyncIterable<Buffer>,
  file: string,
  maxBytes: number,
): AsyncGenerator<RecordBatch> {
  const parts = [start]
  let length = start.byteLength
  for await (const part of rest) {
    length += part.byteLength
    if (length <= maxBytes) parts.push(part)
  }
  const record = parseItem(length > maxBytes ? null : Buffer.concat(parts), 1, file, maxBytes)
  if ('problem' in record) throw record.problem
  if (isByColumn(record.fields))
    throw new FormatError('dataset_record_invalid', 'The file is written column by column (pandas’ default)', {
      file,
      hint: "Write it with orient='records'.",
    })
  if (!Object.values(record.fields).some((value) => typeof value === 'string'))
    throw new FormatError(
      'dataset_record_invalid',
      'There is no array of records, and the object itself holds no text',
      {
        file,
        line: 1,
        hint: 'Expected [ … ], an object that holds an array, or one object that is a record.',
      },
    )
  yield [record]
}

/** `{"text": {"0": …, "1": …}}`: every value is an object whose keys count rows. */
function isByColumn(fields: Readonly<Record<string, unknown>>): boolean {
  const values = Object.values(fields)
  return (
    values.length > 0 &&
    values.every(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, '0'),
    )
  )
}

function parseItem(bytes: Buffer | null, line: number, file: string, maxBytes: number): DatasetRecord | BrokenRecord {
  if (!bytes) return { line, problem: tooLong(maxBytes, file, line) }
  const text = decodeStrict(bytes, line, file)
  return text instanceof FormatError ? { line, problem: text } : parseRecord(text, line, file)
}

/** Rows as the hub's server answers them, `{"row_idx": 0, "row": {…}, …}`: the record is in `row`. */
function unwrapped(record: DatasetRecord | BrokenRecord): DatasetRecord | BrokenRecord {
  if ('problem' in record) return record
  const { row, row_idx } = record.fields
  const wrapped = typeof row === 'object' && row !== null && !Array.isArray(row) && typeof row_idx === 'number'
  return wrapped ? { line: record.line, fields: row as Record<string, unknown> } : record
}
