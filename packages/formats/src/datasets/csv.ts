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
  let rows = 0
  const parse = (records: readonly CsvRecord[]): RecordBatch => {
    const batch: (DatasetRecord | BrokenRecord)[] = []
    for (const record of records) {
      if (skips) {
        skips = false
        continue
      }
      const fields = fieldsOf(record, file, options)
      if (!columns) columns = headerOf(fields, file)
      else {
        if (!rows++ && hasRowNames(record, fields, columns)) columns = ['', ...columns]
        batch.push(recordOf(record.line, fields, columns, file))
      }
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
  const names = named(fields.map((name) => name.trim()))
  requireColumns(names.length, file)
  requireHeader(names, file)
  const seen = new Set<string>()
  const twice = names.find((name) => seen.size === seen.add(name).size)
  if (twice !== undefined)
    throw new FormatError('dataset_record_invalid', `The header names the column "${twice}" twice`, { file, line: 1 })
  return names
}

/** Several columns without a name are told apart by their number. */
const named = (names: readonly string[]): string[] =>
  names.map((name, i) => (name === '' && names.indexOf('') !== i ? `column ${i + 1}` : name))

/** R writes numbers of rows in quotes, and no name over them; without the quotes it may as well be a delimiter in a text. */
const hasRowNames = ({ bytes }: CsvRecord, fields: string[] | FormatError, columns: readonly string[]): boolean =>
  Array.isArray(fields) &&
  columns.length > 1 &&
  fields.length === columns.length + 1 &&
  bytes?.subarray(0, 3).toString('latin1') === '"1"' &&
  !columns.includes('')

const ENDS_A_SENTENCE = /[.!?…]["'”’»)]*$/u
const ENDS_A_CJK_SENTENCE = /[。！？][」』”]*$/u
const LONGEST_NAME = 200

/** A lone column whose name reads like a text is a file without a header line; its first document would be lost. */
function requireHeader(names: readonly string[], file: string): void {
  const [name = '', ...more] = names
  const words = name.split(/\s+/).length
  const reads = (words > 2 && ENDS_A_SENTENCE.test(name)) || ENDS_A_CJK_SENTENCE.test(name) || words > 11
  if (more.length > 0 || !(reads || name.length > LONGEST_NAME)) return
  throw new FormatError('dataset_record_invalid', 'The first line reads like a text, not like the name of a column', {
    file,
    line: 1,
    hint: 'Write a line with the name of the column above it, such as text; or let the name of the file end in .txt, where every line is a document.',
  })
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

const DELIMITERS = [',', ';', '\t', '|']

/**
 * What the first two lines say: a line that names the delimiter (Excel's `sep=;`) or a type (PowerShell's `#TYPE`) is passed over; else the
 * delimiter is what splits the header most often outside quotes.
 */
export function csvStart([first = '', second = '']: readonly string[]): CsvStart {
  const named = /^"?sep=([^"\r\n])"?\s*$/i.exec(first)?.[1]
  if (named !== undefined && named.charCodeAt(0) < 0x80) return { delimiter: named, skipsFirst: true }
  const skipsFirst = /^"?#TYPE\s/.test(first)
  const unquoted = (skipsFirst ? second : first).replace(/"[^"]*"/g, '')
  const count = (delimiter: string): number => unquoted.split(delimiter).length
  const delimiter = DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best))
  return { delimiter, skipsFirst }
}
