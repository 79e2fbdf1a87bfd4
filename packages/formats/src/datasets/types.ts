// Words shared by the dataset readers.
import { FormatError } from '../errors.js'

export type DatasetFileFormat = 'jsonl' | 'json' | 'csv' | 'txt' | 'parquet'
export type TxtMode = 'lines' | 'paragraphs' | 'whole'

/** One record. `line` is the 1-based line where it starts in a text file, the 1-based row in parquet. */
export interface DatasetRecord {
  readonly line: number
  readonly fields: Readonly<Record<string, unknown>>
}

/** A record that could not be read, and why. */
export interface BrokenRecord {
  readonly line: number
  readonly problem: FormatError
}

/** What a reader yields: some records at a time, so that the cost of `await` is shared. */
export type RecordBatch = readonly (DatasetRecord | BrokenRecord)[]

export const isBroken = (entry: DatasetRecord | BrokenRecord): entry is BrokenRecord => 'problem' in entry

/** Column under which txt files give their documents. */
export const TXT_COLUMN = 'text'

/** Largest line, field or document accepted unless told otherwise: 64 MiB. */
export const MAX_RECORD_BYTES = 64 * 2 ** 20

/** Columns of a table that are accepted: each is looked at by name. */
const MAX_COLUMNS = 100_000

/** @throws FormatError `dataset_too_wide` */
export function requireColumns(count: number, file: string): void {
  if (count > MAX_COLUMNS)
    throw new FormatError('dataset_too_wide', `The file has ${count} columns; at most ${MAX_COLUMNS} are read`, {
      file,
      hint: 'Keep the columns that hold text. If rows became columns, write the file the other way round.',
    })
}
