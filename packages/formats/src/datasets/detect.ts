// Which format a dataset file has: by its name, refined by its first bytes where a name is not enough.
import { extname } from 'node:path'
import { FormatError } from '../errors.js'
import { openRegularFile, readExactly } from '../files/open.js'
import { pickleRefused } from '../safetensors/source.js'
import { openBytes } from './bytes.js'
import { parseJson } from './jsonl.js'
import type { DatasetFileFormat } from './types.js'

const FORMATS: Readonly<Record<string, DatasetFileFormat>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'json',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'txt',
  '.text': 'txt',
  '.md': 'txt',
  '.parquet': 'parquet',
  '.pq': 'parquet',
}
const PICKLES = ['.pkl', '.pickle', '.pt', '.bin']

export interface DetectedFormat {
  readonly format: DatasetFileFormat
  readonly compressed: boolean
  /** Extension without `.gz`, in lower case. */
  readonly extension: string
}

/** Format by file name. Errors: `dataset_format_unknown`, `pickle_refused`. */
export function formatOfName(fileName: string): DetectedFormat {
  const lower = fileName.toLowerCase()
  const compressed = lower.endsWith('.gz')
  const extension = extname(compressed ? lower.slice(0, -3) : lower)
  if (PICKLES.includes(extension)) throw pickleRefused(fileName)
  const format = FORMATS[extension]
  if (!format || (compressed && format === 'parquet'))
    throw new FormatError(
      'dataset_format_unknown',
      `Files that end in "${extname(lower) || lower}" are not read here`,
      {
        file: fileName,
        hint: `Use one of ${Object.keys(FORMATS).join(', ')}; the text formats also as .gz. Unpack other archives first.`,
      },
    )
  return { format, compressed, extension }
}

/** Bytes looked at to tell JSON from JSON lines. */
const PEEK_BYTES = 256 * 1024

/**
 * Format of the file at `path`, named `fileName`. A `.json` file that holds one object per line counts as JSON lines, and a `.jsonl` file
 * that holds one array as JSON, as many published datasets are named so; gzip is known by its first bytes. Errors: as {@link formatOfName}, and `dataset_empty`, `parquet_invalid`.
 */
export async function detectFormat(path: string, fileName: string): Promise<DetectedFormat & { size: number }> {
  const named = formatOfName(fileName)
  const { handle, size } = await openRegularFile(path)
  let start: string
  try {
    if (size === 0) throw new FormatError('dataset_empty', 'The file is empty', { file: fileName })
    const first = new Uint8Array(Math.min(14, size))
    await readExactly(handle, first, 0, path)
    start = Buffer.from(first).toString('latin1')
  } finally {
    await handle.close()
  }
  if (named.format === 'parquet') {
    refusePage(start, fileName)
    if (!start.startsWith('PAR1'))
      throw new FormatError('parquet_invalid', 'The file does not start like a parquet file', { file: fileName })
    return { ...named, size }
  }
  refuseOther(start, fileName)
  if (named.format !== 'txt') refusePage(start, fileName)
  const compressed = named.compressed || start.startsWith(GZIP)
  if (named.format !== 'json' && named.format !== 'jsonl') return { ...named, compressed, size }
  return { ...named, compressed, size, format: await jsonFormat(path, compressed, named.format) }
}

const GZIP = '\x1f\x8b'
/** What a file that is named like text may be instead. */
const OTHERS = [
  { start: 'PAR1', what: 'a parquet file', hint: 'Let its name end in .parquet.' },
  {
    start: 'PK\x03\x04',
    what: 'a ZIP archive, as Excel’s .xlsx is one',
    hint: 'Unpack it, or save the table as CSV (UTF-8).',
  },
  { start: '\x28\xb5\x2f\xfd', what: 'packed with zstd', hint: 'Unpack it first (zstd -d).' },
  { start: 'BZh9', what: 'packed with bzip2', hint: 'Unpack it first (bunzip2).' },
] as const

function refuseOther(start: string, fileName: string): void {
  const other = OTHERS.find((each) => start.startsWith(each.start))
  if (other)
    throw new FormatError('dataset_format_unknown', `The file is ${other.what}, whatever its name says`, {
      file: fileName,
      hint: other.hint,
    })
}

/** Saved in place of the file that a site did not give out; of plain text a page may be what is meant. */
function refusePage(start: string, fileName: string): void {
  if (!/^\s*<(!doctype|html|\?xml)/i.test(start)) return
  throw new FormatError('dataset_format_unknown', 'The file is a web page, whatever its name says', {
    file: fileName,
    hint: 'Perhaps a page of the site was saved in place of the file (an error, or a request to sign in). Download it again.',
  })
}

/** Whether JSON is one document or a record per line: the first line tells more than the name. */
async function jsonFormat(path: string, compressed: boolean, named: 'json' | 'jsonl'): Promise<'json' | 'jsonl'> {
  const [firstLine = '', ...rest] = await linesAtStart(path, compressed)
  const more = rest.some((line) => line.trim() !== '')
  if (firstLine.startsWith('[')) return more && isJson(firstLine) ? named : 'json'
  if (named === 'json') return firstLine.startsWith('{') && more && isJson(firstLine) ? 'jsonl' : 'json'
  return 'jsonl'
}

async function linesAtStart(path: string, compressed: boolean): Promise<string[]> {
  const head: Buffer[] = []
  let length = 0
  const { chunks } = openBytes(path, compressed)
  for await (const chunk of chunks) {
    head.push(chunk)
    length += chunk.byteLength
    if (length >= PEEK_BYTES) break
  }
  return Buffer.concat(head)
    .toString('utf8')
    .trimStart()
    .split(/\r\n|\r|\n/)
}

function isJson(text: string): boolean {
  try {
    parseJson(text)
    return true
  } catch {
    return false
  }
}
