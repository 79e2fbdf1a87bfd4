// CSV and TSV with a header line.
import { FormatError } from '../errors.js'
import { type CsvRecord, CsvSplitter, splitFields } from './csv-records.js'
import { tooLong } from './jsonl.js'
import type { BrokenRecord, DatasetRecord, RecordBatch } from './types.js'
import { decodeStrict } from './utf8.js'

export interface CsvOptions {
  /** One ASCII character. */
  readonly delimiter: string
  readonly maxBytes: number
}

/** Records of a CSV stream by the names of its header line. Rows whose width differs from the header come as `BrokenRecord`. */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  file: string,
  options: CsvOptions,
): AsyncGenerator<RecordBatch> {
  const splitter = new CsvSplitter(options.delimiter, options.maxBytes)
  let columns: readonly string[] | undefined
  const parse = (records: readonly CsvRecord[]): RecordBatch => {
    const batch: (DatasetRecord | BrokenRecord)[] = []
    for (const record of records) {
      const fields = fieldsOf(record, file, options)
      if (!columns) columns = headerOf(fields, file)
      else batch.push(recordOf(record.line, fields, columns, file))
    }
    return batch
  }
  for await (const chunk of chunks) {
    const batch = parse(splitter.push(chunk))
    if (batch.length > 0) yield batch
  }
  const last = parse(splitter.end())
  if (last.length > 0) yield last
}

function fieldsOf(
  { line, bytes, broken }: CsvRecord,
  file: string,
  { delimiter, maxBytes }: CsvOptions,
): string[] | FormatError {
  if (broken) return unreadable(broken, file, line)
  if (!bytes) return tooLong(maxBytes, file, line)
  const text = decodeStrict(bytes, line, file)
  return text instanceof FormatError ? text : splitFields(text, delimiter)
}

/** The header is needed to read anything else, so a broken one is an error in any mode. */
function headerOf(fields: string[] | FormatError, file: string): string[] {
  if (fields instanceof FormatError) throw fields
  const names = fields.map((name) => name.trim())
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new FormatError('dataset_record_invalid', `The header names the column "${twice}" twice`, { file, line: 1 })
  return names
}

function recordOf(
  line: number,
  fields: string[] | FormatError,
  columns: readonly string[],
  file: string,
): DatasetRecord | BrokenRecord {
  if (fields instanceof FormatError) return { line, problem: fields }
  if (fields.length !== columns.length)
    return {
      line,
      problem: unreadable(`The row has ${fields.length} fields, the header has ${columns.length}`, file, line),
    }
  return { line, fields: Object.fromEntries(columns.map((name, i) => [name, fields[i]])) }
}

const unreadable = (what: string, file: string, line: number): FormatError =>
  new FormatError('dataset_record_invalid', what, {
    file,
    line,
    hint: 'Put quotes around fields that hold the delimiter, and double the quotes inside them; or skip broken lines.',
  })

/** The delimiter that splits the first line most often: comma, semicolon or tab. */
export function guessDelimiter(firstLine: string): string {
  const count = (delimiter: string): number => firstLine.split(delimiter).length
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best))
}
