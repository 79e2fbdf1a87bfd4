// CSV and TSV with a header line.
import { FormatError } from '../errors.js'
import { type CsvRecord, CsvSplitter, splitFields } from './csv-records.js'
import { tooLong } from './jsonl.js'
import { type BrokenRecord, type DatasetRecord, type RecordBatch, requireColumns } from './types.js'
import { decodeStrict } from './utf8.js'

export interface CsvOptions {
  /** One ASCII character. */
  readonly delimiter: string
  /** The first line only names the delimiter (Excel's `sep=;`). */
  readonly skipsFirst?: boolean
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
  let skips = options.skipsFirst === true
  const parse = (records: readonly CsvRecord[]): RecordBatch => {
    const batch: (DatasetRecord | BrokenRecord)[] = []
    for (const record of records) {
      if (skips) {
        skips = false
        continue
      }
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
  requireColumns(names.length, file)
  const seen = new Set<string>()
  const twice = names.find((name) => seen.size === seen.add(name).size)
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

export interface CsvStart {
  readonly delimiter: string
  readonly skipsFirst: boolean
}

/** What the first line says: Excel's `sep=;`, else the delimiter that splits it most often outside quotes: comma, semicolon or tab. */
export function csvStart(firstLine: string): CsvStart {
  const named = /^sep=(.)$/i.exec(firstLine.trimEnd())?.[1] ?? (/^sep=\t$/i.test(firstLine) ? '\t' : undefined)
  if (named !== undefined && named.charCodeAt(0) < 0x80) return { delimiter: named, skipsFirst: true }
  const unquoted = firstLine.replace(/"[^"]*"/g, '')
  const count = (delimiter: string): number => unquoted.split(delimiter).length
  const delimiter = [',', ';', '\t'].reduce((best, each) => (count(each) > count(best) ? each : best))
  return { delimiter, skipsFirst: false }
}
