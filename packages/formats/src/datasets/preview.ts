// A look at the start of a dataset file: format, columns with types and samples, first rows, problems met on the way.
import { decidingColumn } from './deciding-column.js'
import { openDataset, type SkippedRecord } from './open.js'
import { parquetColumns } from './parquet.js'
import { fieldAt } from './text.js'
import { type DatasetFileFormat, type DatasetRecord, requireColumns } from './types.js'

export interface PreviewColumn {
  readonly name: string
  /** `string`, `number`, `boolean`, `array`, `object`, `null`; `mixed` when rows differ; for parquet columns without a value, the stored type. */
  readonly type: string
  readonly sample: string
}

export interface FilePreview {
  readonly format: DatasetFileFormat
  readonly compressed: boolean
  /** Bytes. */
  readonly size: number
  readonly columns: readonly PreviewColumn[]
  /** How many there are; `columns` holds the first of them. */
  readonly columnsInFile: number
  /** The column with the text where that is plain, null where it is a choice. */
  readonly suggestedColumn: string | null
  /** Of a JSON document: the array that was read, as json-layout.ts names it, and those that there are. */
  readonly recordsIn: string | null
  readonly arrays: readonly { readonly path: string; readonly records: number }[]
  /** First rows; long texts are cut, nested values shown as JSON text. */
  readonly rows: readonly Readonly<Record<string, string | number | boolean | null>>[]
  readonly problems: readonly SkippedRecord[]
}

const ROWS = 20
/** Columns shown. */
const COLUMNS = 200
/** Unpacked bytes and lines looked at. */
const LOOK = { bytes: 128 * 2 ** 20, lines: 1_000_000, rows: ROWS }
const CELL_CHARACTERS = 2000
const SAMPLE_CHARACTERS = 200

/**
 * Reads the first rows of `path`, skipping broken ones; `recordsIn` as for `openDataset`. The work is bounded, whatever the file holds.
 * Errors: as `openDataset`, and `dataset_empty`.
 */
export async function previewDataset(
  path: string,
  fileName: string = path,
  recordsIn: string | null = null,
): Promise<FilePreview> {
  const stream = await openDataset(path, { fileName, onBadRecord: 'skip', recordsIn, look: LOOK })
  const records: DatasetRecord[] = []
  for await (const batch of stream.batches()) {
    records.push(...batch.slice(0, ROWS - records.length))
    if (records.length >= ROWS) break
  }
  const stored = new Map(
    (stream.format === 'parquet' ? await parquetColumns(path) : []).map(({ name, type }) => [name, type]),
  )
  const names = new Set([...stored.keys(), ...records.flatMap(({ fields }) => columnNames(fields))])
  requireColumns(names.size, fileName)
  const all = [...names].map((name) => describe(name, records, stored.get(name)))
  const suggestedColumn = decidingColumn(all)
  const columns = shown(all, suggestedColumn)
  const { format, compressed, size, layout } = stream
  return {
    format,
    compressed,
    size,
    columns,
    columnsInFile: all.length,
    suggestedColumn,
    recordsIn: layout?.recordsIn ?? null,
    arrays: (layout?.arrays ?? []).map(({ path, records }) => ({ path, records })),
    rows: records.map(({ fields }) => cells(fields, columns)),
    problems: [...stream.skipped.records],
  }
}

/** The suggested column, text columns wherever they stand for up to half the room, and the first of the others; in their order. */
function shown(all: readonly PreviewColumn[], suggested: string | null): PreviewColumn[] {
  const texts = all.filter(({ type }) => type === 'string').slice(0, COLUMNS / 2)
  const chosen = new Set([...new Set([...texts, ...all])].slice(0, COLUMNS))
  return all.filter((column) => chosen.has(column) || column.name === suggested)
}

/** Fields that are columns shown, by their own names. */
function cells(fields: DatasetRecord['fields'], columns: readonly PreviewColumn[]): FilePreview['rows'][number] {
  const shown = columns.filter(({ name }) => Object.hasOwn(fields, name))
  return Object.fromEntries(shown.map(({ name }) => [name, cell(fields[name])]))
}

/** Columns of a record; the fields of an object are columns of their own, named `object.field`. */
function columnNames(fields: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const inner = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
    return [name, ...inner.map((key) => `${name}.${key}`)]
  })
}

function describe(name: string, records: readonly DatasetRecord[], storedType: string | undefined): PreviewColumn {
  const values = records
    .map(({ fields }) => fieldAt(fields, name))
    .filter((value) => value !== undefined && value !== null)
  const types = new Set(values.map(typeOf))
  const type = types.size === 1 ? [...types][0]! : types.size > 1 ? 'mixed' : (storedType ?? 'null')
  const longest = values.map((value) => String(cell(value))).reduce((a, b) => (b.length > a.length ? b : a), '')
  return { name, type, sample: cut(longest, SAMPLE_CHARACTERS) }
}

const typeOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'bigint' ? 'number' : typeof value

function cell(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return cut(value, CELL_CHARACTERS)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return value.toString()
  return cut(jsonOf(value), CELL_CHARACTERS)
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)) ?? ''
  } catch (error) {
    // What parses without recursion may be too deep for writing it.
    if (error instanceof RangeError) return '(nested too deeply to show)'
    throw error
  }
}

/** The first `length` characters, never half of a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const splits = text.slice(length - 1, length + 1).isWellFormed() === text.slice(length - 1, length).isWellFormed()
  return `${text.slice(0, splits ? length : length - 1)}…`
}
