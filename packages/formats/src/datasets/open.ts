// A dataset file of any supported format as one stream of records, with one rule for broken ones: stop, or skip and count.
import { FormatError } from '../errors.js'
import { beginning, type Look, type LookLimits, openBytes } from './bytes.js'
import { csvStart, readCsv } from './csv.js'
import { detectFormat } from './detect.js'
import { readJson } from './json.js'
import { findRecords, type JsonLayout } from './json-layout.js'
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
  /** Where the records of a JSON document are (see json-layout.ts); found by its rules when absent. */
  readonly recordsIn?: string | null
  /** Only a look: at most so many (unpacked) bytes, lines and rows are read. */
  readonly look?: LookLimits & { readonly rows: number }
}

export interface SkippedRecord {
  readonly line: number
  readonly reason: string
}

/** Skipped records of which the reason is kept. */
const KEPT_REASONS = 100

/** A look ends after so many records that cannot be read: there is nothing else to see. */
const MAX_BROKEN_IN_LOOK = 10_000

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
  /** Of a JSON document; null for other formats. */
  readonly layout: JsonLayout | null
  /** Whether a look ended before the file did. */
  cut(): boolean
  /** Bytes of the file read so far; for progress. */
  position(): number
  /** Records, some at a time. Iterate once. Errors: `dataset_*`, `parquet_*`. */
  batches(): AsyncGenerator<readonly DatasetRecord[]>
}

/** Opens a dataset file; nothing but its start is read yet. Errors: `file_*`, `dataset_empty`, `dataset_format_unknown`, `dataset_records_*`. */
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
      if (options.look && skipped.count >= MAX_BROKEN_IN_LOOK) break
    }
    if (!any && reading.look.reached)
      throw new FormatError('dataset_line_too_long', 'There is no whole record at the beginning of the file', {
        file: fileName,
        hint: 'Check that the file has line breaks where they belong.',
      })
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
  const cut = () => reading.look.reached
  return { format, compressed, size, skipped, layout: reading.layout, cut, position: reading.position, batches }
}

interface Reading {
  readonly batches: AsyncGenerator<RecordBatch>
  readonly layout: JsonLayout | null
  readonly look: Look
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
  const look: Look = { reached: false }
  if (format === 'parquet') {
    const progress: ParquetProgress = { bytes: 0 }
    const batches = readParquet(path, options.columns, progress, options.look?.rows)
    return { batches, layout: null, look, position: () => progress.bytes }
  }
  const layout =
    format === 'json'
      ? await findRecords(openBytes(path, compressed).chunks, fileName, options.recordsIn ?? null)
      : null
  const start = format === 'csv' ? csvStart(await firstLines(path, compressed)) : null
  const source = openBytes(path, compressed)
  const { position } = source
  const chunks = options.look ? beginning(source.chunks, options.look, look) : source.chunks
  const readers: Record<typeof format, () => AsyncGenerator<RecordBatch>> = {
    jsonl: () => readJsonLines(chunks, fileName, maxBytes),
    json: () => readJson(chunks, fileName, { maxBytes, recordsIn: layout!.recordsIn }),
    txt: () => readTxt(chunks, fileName, maxBytes, options.txtMode ?? 'lines'),
    csv: () =>
      readCsv(chunks, fileName, { ...start!, ...(extension === '.tsv' && !start!.skipsFirst && TABS), maxBytes }),
  }
  return { batches: untilCut(readers[format](), look), layout, look, position }
}

const TABS = { delimiter: '\t' }

/** What was read before a look ended; what the end of its stream breaks is not the file's fault. */
async function* untilCut(batches: AsyncGenerator<RecordBatch>, look: Look): AsyncGenerator<RecordBatch> {
  try {
    yield* batches
  } catch (error) {
    if (!look.reached || !(error instanceof FormatError)) throw error
  }
}

const MAX_FIRST_LINE = 2 ** 20

/** The first two lines that are not empty, or as much of them as is looked at. */
async function firstLines(path: string, compressed: boolean): Promise<string[]> {
  const limits = { bytes: MAX_FIRST_LINE, lines: 100 }
  const start = beginning(openBytes(path, compressed).chunks, limits, { reached: false })
  const found: string[] = []
  for await (const lines of readLines(start, MAX_FIRST_LINE)) {
    found.push(...lines.map(({ bytes }) => bytes?.toString('utf8') ?? '').filter((line) => line !== ''))
    if (found.length > 1) break
  }
  return found.slice(0, 2)
}
