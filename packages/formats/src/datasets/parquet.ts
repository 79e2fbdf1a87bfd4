// Parquet, one row group after another and only the columns asked for, read by position.
import type { FileHandle } from 'node:fs/promises'
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { FormatError } from '../errors.js'
import { openRegularFile, readExactly } from '../files/open.js'
import type { BrokenRecord, DatasetRecord, RecordBatch } from './types.js'
import { decodeStrict } from './utf8.js'

/** Uncompressed bytes of the wanted columns of one row group that are accepted: it is held in memory as a whole. */
const MAX_GROUP_BYTES = 2 ** 30

/** Rows of one row group that are accepted: each becomes an object, also those of a column that is all null. */
const MAX_GROUP_ROWS = 2 ** 23

export interface ParquetProgress {
  /** Bytes of the file that belong to row groups already read. */
  bytes: number
}

export interface ParquetColumn {
  readonly name: string
  readonly type: string
}

/** Columns of a parquet file with a word for their type. */
export async function parquetColumns(path: string): Promise<ParquetColumn[]> {
  return withParquet(path, async (_buffer, metadata) =>
    parquetSchema(metadata).children.map(({ element }) => ({
      name: element.name,
      type: (element.logical_type?.type ?? element.converted_type ?? element.type ?? 'group').toLowerCase(),
    })),
  )
}

/** Rows of a parquet file; `wanted` names columns, those that do not exist are left out; undefined means all; at most `maxRows`. `line` is the 1-based row. */
export async function* readParquet(
  path: string,
  wanted: readonly string[] | undefined,
  progress: ParquetProgress,
  maxRows = Number.POSITIVE_INFINITY,
): AsyncGenerator<RecordBatch> {
  const { handle, size } = await openRegularFile(path)
  try {
    const file = asBuffer(handle, size, path)
    const metadata = await guarded(path, () => parquetMetadataAsync(file))
    const columns = await guarded(path, async () => presentColumns(metadata, wanted, path))
    let row = 0
    for (const [index, group] of metadata.row_groups.entries()) {
      if (row >= maxRows) return
      const rows = Number(group.num_rows)
      await guarded(path, async () => checkGroup(group, index, columns, { metadata, path, size }))
      const range = { rowStart: row, rowEnd: Math.min(row + rows, maxRows), columns: [...columns] }
      const parsers = { stringFromBytes: (bytes: Uint8Array | undefined) => (bytes ? strictText(bytes, path) : bytes) }
      const objects = await guarded(path, () => parquetReadObjects({ file, metadata, compressors, parsers, ...range }))
      yield objects.map((fields, i) => recordOf(fields, row + i + 1))
      row += rows
      progress.bytes += group.columns.reduce(
        (sum, column) => sum + Number(column.meta_data?.total_compressed_size ?? 0),
        0,
      )
    }
  } finally {
    await handle.close()
  }
}

const columnNames = (metadata: FileMetaData): string[] =>
  parquetSchema(metadata).children.map(({ element }) => element.name)

/** Those of the wanted columns that the file has, or all. Error: `dataset_column_missing` when it has none of them. */
function presentColumns(metadata: FileMetaData, wanted: readonly string[] | undefined, path: string): string[] {
  const names = columnNames(metadata)
  if (!wanted) return names
  const present = [...new Set(wanted)].filter((name) => names.includes(name))
  if (present.length > 0) return present
  throw new FormatError('dataset_column_missing', `There is no column "${wanted[0]}"`, {
    file: path,
    hint: `The file has ${names.slice(0, 12).join(', ')}.`,
  })
}

/** hyparquet gives strings through this; a `FormatError` stands in for text that is not UTF-8 until the row is checked. */
function strictText(bytes: Uint8Array, path: string): string {
  const text = decodeStrict(bytes, 0, path)
  return text instanceof FormatError ? (new Broken(text) as unknown as string) : text
}

class Broken {
  constructor(readonly problem: FormatError) {}
}

function recordOf(fields: Record<string, unknown>, line: number): DatasetRecord | BrokenRecord {
  const broken = findBroken(fields)
  if (!broken) return { line, fields }
  const hint = 'Skip broken lines to go on.'
  return { line, problem: new FormatError('dataset_not_utf8', broken.problem.what, { line, hint }) }
}

function findBroken(value: unknown): Broken | undefined {
  if (value instanceof Broken) return value
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
  for (const inner of Object.values(value)) {
    const found = findBroken(inner)
    if (found) return found
  }
  return undefined
}

function checkGroup(
  group: FileMetaData['row_groups'][number],
  index: number,
  columns: readonly string[],
  { metadata, path, size }: { metadata: FileMetaData; path: string; size: number },
): void {
  const rows = Number(group.num_rows)
  let bytes = 0
  const paths = new Set(group.columns.map((column) => column.meta_data?.path_in_schema.join('\u0000')))
  if (paths.size !== group.columns.length) throw damaged(path, `row group ${index} holds a column twice`)
  for (const { meta_data } of group.columns) {
    if (!meta_data) throw damaged(path, `a column of row group ${index} has no metadata`)
    const { path_in_schema, dictionary_page_offset, data_page_offset, total_compressed_size } = meta_data
    const ends = [dictionary_page_offset ?? data_page_offset, data_page_offset, total_compressed_size].map(Number)
    // Checked here because the library begins to read column after column, and forgets those it began when it meets a bad one.
    if (
      !hasColumn(metadata, path_in_schema) ||
      !ends.every((end) => Number.isSafeInteger(end) && end >= 0 && end <= size)
    )
      throw damaged(
        path,
        `column ${path_in_schema} of row group ${index} points to bytes ${ends.join(', ')} of ${size}`,
      )
    if (rows > Number(meta_data.num_values))
      throw damaged(path, `row group ${index} has ${rows} rows, column ${path_in_schema} fewer values`)
    if (columns.includes(path_in_schema[0] ?? '')) bytes += Number(meta_data.total_uncompressed_size)
  }
  if (bytes > MAX_GROUP_BYTES || rows > MAX_GROUP_ROWS)
    throw new FormatError(
      'parquet_row_group_too_large',
      `A row group has ${rows} rows and ${bytes} bytes in memory; at most ${MAX_GROUP_ROWS} and ${MAX_GROUP_BYTES} are read`,
      {
        file: path,
        where: `row group ${index}`,
        hint: 'Write the file again with smaller row groups.',
      },
    )
}

/** Whether the schema has a leaf under this path. */
function hasColumn(metadata: FileMetaData, names: readonly string[]): boolean {
  let node: SchemaTree | undefined = parquetSchema(metadata)
  for (const name of names) node = node?.children.find(({ element }) => element.name === name)
  return names.length > 0 && node?.children.length === 0
}

const damaged = (path: string, what: string): FormatError =>
  new FormatError('parquet_invalid', `The parquet file is damaged: ${what}`, {
    file: path,
    hint: 'Copy or download it again.',
  })

async function withParquet<T>(
  path: string,
  work: (file: AsyncBuffer, metadata: FileMetaData) => Promise<T>,
): Promise<T> {
  const { handle, size } = await openRegularFile(path)
  try {
    const file = asBuffer(handle, size, path)
    return await guarded(path, async () => work(file, await parquetMetadataAsync(file)))
  } finally {
    await handle.close()
  }
}

function asBuffer(handle: FileHandle, size: number, path: string): AsyncBuffer {
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    const from = start < 0 ? Math.max(0, size + start) : start
    if (!(from >= 0 && end >= from && end <= size))
      throw new FormatError('parquet_invalid', `The file points to bytes ${from} to ${end} of ${size}`, { file: path })
    const bytes = new Uint8Array(end - from)
    await readExactly(handle, bytes, from, path)
    return bytes.buffer
  }
  return {
    byteLength: size,
    slice(start, end = size) {
      const reading = read(start, end)
      // The library reads ahead and drops what it no longer needs when an earlier part fails; a dropped failure must not end the process.
      reading.catch(() => undefined)
      return reading
    },
  }
}

/** Whatever the library throws at a damaged file becomes our error. */
async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FormatError) throw error
    throw new FormatError('parquet_invalid', `The parquet file cannot be read: ${(error as Error).message}`, {
      file: path,
      hint: 'It was cut off or uses something that is not supported; write it again with a common library.',
      cause: error,
    })
  }
}
