// Words shared by the dataset readers.
import type { FormatError } from '../errors.js'

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
