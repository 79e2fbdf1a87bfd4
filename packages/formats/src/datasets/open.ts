// A dataset file of any supported format as one stream of records, with one rule for broken ones: stop, or skip and count.
import { FormatError } from '../errors.js'
import { openBytes } from './bytes.js'
import { guessDelimiter, readCsv } from './csv.js'
import { detectFormat } from './detect.js'
import { readJsonArray } from './json.js'
import { readJsonLines } from './jsonl.js'
import { readLines } from './lines.js'
import { type ParquetProgress, readParquet } from './parquet.js'
import { readTxt } from './txt.js'
import {
  type DatasetFileFormat,
  type DatasetRecord,
  isBroken,
  MAX_RECORD_BYTES,
  type RecordBatch,
  type TxtMode,
} from './types.js'

export interface OpenDatasetOptions {
  /** Name that decides the format, when the file is stored under another one. */
  readonly fileName?: string
  readonly txtMode?: TxtMode
  /** Default `fail`. */
  readonly onBadRecord?: 'fail' | 'skip'
  /** Columns needed (saves work for parquet); all by default. */
  readonly columns?: readonly string[]
  readonly maxRecordBytes?: number
}

export interface SkippedRecord {
  readonly line: number
  readonly reason: string
}

/** Skipped records of which the reason is kept. */
const KEPT_REASONS = 100

/** Broken records met so far. */
export class SkipReport {
  #count = 0
  readonly #records: SkippedRecord[] = []

  get count(): number {
    return this.#count
  }

  /** The first hundred. */
  get records(): readonly SkippedRecord[] {
    return this.#records
  }

  add(line: number, reason: string): void {
    this.#count++
    if (this.#records.length < KEPT_REASONS) this.#records.push({ line, reason })
  }
}

export interface DatasetStream {
  readonly format: DatasetFileFormat
  readonly compressed: boolean
  /** Bytes of the file. */
  readonly size: number
  readonly skipped: SkipReport
  /** Bytes of the file read so far; for progress. */
  position(): number
  /** Records, some at a time. Iterate once. Errors: `dataset_*`, `parquet_*`. */
  batches(): AsyncGenerator<readonly DatasetRecord[]>
}

/** Opens a dataset file; nothing but its start is read yet. Errors: `file_*`, `dataset_empty`, `dataset_format_unknown`. */
export async function openDataset(path: string, options: OpenDatasetOptions = {}): Promise<DatasetStream> {
  const fileName = options.fileName ?? path
  const { format, compressed, extension, size } = await detectFormat(path, fileName)
  const skipped = new SkipReport()
  const reading = await openReader(path, fileName, format, compressed, extension, options)
  async function* batches(): AsyncGenerator<readonly DatasetRecord[]> {
    let any = false
    for await (const batch of reading.batches) {
      const good: DatasetRecord[] = []
      for (const entry of batch) {
        if (!isBroken(entry)) good.push(entry)
        else if (options.onBadRecord !== 'skip') throw entry.problem
        else skipped.add(entry.line, entry.problem.what)
      }
      any ||= good.length > 0
      if (good.length > 0) yield good
    }
    if (!any)
      throw new FormatError(
        'dataset_empty',
        skipped.count > 0 ? `All ${skipped.count} records are broken` : 'The file holds no records',
        {
          file: fileName,
          hint: skipped.count > 0 ? `The first: ${skipped.records[0]?.reason}` : 'Check the format of the file.',
        },
      )
  }
  return { format, compressed, size, skipped, position: reading.position, batches }
}

interface Reading {
  readonly batches: AsyncGenerator<RecordBatch>
  position(): number
}

async function openReader(
  path: string,
  fileName: string,
  format: DatasetFileFormat,
  compressed: boolean,
  extension: string,
  options: OpenDatasetOptions,
): Promise<Reading> {
  const maxBytes = options.maxRecordBytes ?? MAX_RECORD_BYTES
  if (format === 'parquet') {
    const progress: ParquetProgress = { bytes: 0 }
    return { batches: readParquet(path, options.columns, progress), position: () => progress.bytes }
  }
  const delimiter =
    format !== 'csv' ? '' : extension === '.tsv' ? '\t' : guessDelimiter(await firstLine(path, compressed))
  const { chunks, position } = openBytes(path, compressed)
  const readers: Record<typeof format, () => AsyncGenerator<RecordBatch>> = {
    jsonl: () => readJsonLines(chunks, fileName, maxBytes),
    json: () => readJsonArray(chunks, fileName, maxBytes),
    txt: () => readTxt(chunks, fileName, maxBytes, options.txtMode ?? 'lines'),
    csv: () => readCsv(chunks, fileName, { delimiter, maxBytes }),
  }
  return { batches: readers[format](), position }
}

async function firstLine(path: string, compressed: boolean): Promise<string> {
  for await (const lines of readLines(openBytes(path, compressed).chunks, 2 ** 20))
    return lines[0]?.bytes?.toString('utf8') ?? ''
  return ''
}
