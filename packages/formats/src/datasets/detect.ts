// Which format a dataset file has: by its name, refined by its first bytes where a name is not enough.
import { extname } from 'node:path'
import { FormatError } from '../errors.js'
import { openRegularFile, readExactly } from '../files/open.js'
import { pickleRefused } from '../safetensors/source.js'
import { openBytes } from './bytes.js'
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
 * Format of the file at `path`, named `fileName`. A `.json` file that holds one object per line counts as JSON lines, as many
 * published datasets are named so. Errors: as {@link formatOfName}, and `dataset_empty`, `parquet_invalid`.
 */
export async function detectFormat(path: string, fileName: string): Promise<DetectedFormat & { size: number }> {
  const named = formatOfName(fileName)
  const { handle, size } = await openRegularFile(path)
  try {
    if (size === 0) throw new FormatError('dataset_empty', 'The file is empty', { file: fileName })
    const first = new Uint8Array(Math.min(4, size))
    await readExactly(handle, first, 0, path)
    if (named.format === 'parquet' && Buffer.from(first).toString('latin1') !== 'PAR1')
      throw new FormatError('parquet_invalid', 'The file does not start like a parquet file', { file: fileName })
  } finally {
    await handle.close()
  }
  if (named.format !== 'json') return { ...named, size }
  return { ...named, size, format: (await looksLikeJsonLines(path, named.compressed)) ? 'jsonl' : 'json' }
}

async function looksLikeJsonLines(path: string, compressed: boolean): Promise<boolean> {
  const head: Buffer[] = []
  let length = 0
  const { chunks } = openBytes(path, compressed)
  for await (const chunk of chunks) {
    head.push(chunk)
    length += chunk.byteLength
    if (length >= PEEK_BYTES) break
  }
  const [firstLine, ...rest] = Buffer.concat(head)
    .toString('utf8')
    .trimStart()
    .split(/\r\n|\r|\n/)
  if (!firstLine?.startsWith('{') || !rest.some((line) => line.trim() !== '')) return false
  try {
    JSON.parse(firstLine)
    return true
  } catch {
    return false
  }
}
