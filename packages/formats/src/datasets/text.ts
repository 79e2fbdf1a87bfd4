// The one column of a dataset that holds the documents.
import { FormatError } from '../errors.js'
import { type DatasetStream, type OpenDatasetOptions, openDataset } from './open.js'
import { type DatasetRecord, TXT_COLUMN } from './types.js'

export interface TextRecord {
  readonly line: number
  readonly text: string
}

export interface TextStream extends Omit<DatasetStream, 'batches'> {
  readonly column: string
  batches(): AsyncGenerator<readonly TextRecord[]>
}

/**
 * Opens a dataset for its documents. `column` is ignored for txt. A record whose column is null has no text: it is left out and counted. One
 * whose column is absent or not text is broken and follows `onBadRecord`. Errors while reading: `dataset_column_missing`, `dataset_text_invalid` and those of `openDataset`.
 */
export async function openTexts(
  path: string,
  column: string | null,
  options: OpenDatasetOptions = {},
): Promise<TextStream> {
  // A column of an object is named with a dot; parquet is asked for all readings of the name.
  const named = column === null ? {} : { columns: [column, ...objectsOf(column)] }
  const stream = await openDataset(path, { ...options, ...named })
  const used = stream.format === 'txt' ? TXT_COLUMN : column
  if (used === null)
    throw new FormatError('dataset_column_missing', 'No column was chosen', {
      file: options.fileName ?? path,
      hint: 'Choose the column that holds the text.',
    })
  const file = options.fileName ?? path
  async function* batches(): AsyncGenerator<readonly TextRecord[]> {
    let any = false
    for await (const records of stream.batches()) {
      const texts: TextRecord[] = []
      for (const record of records) {
        const text = textOf(record, used!, file)
        if (typeof text === 'string') texts.push({ line: record.line, text })
        else if (text === null) stream.skipped.add(record.line, `The column "${used}" is empty (null)`)
        else if (options.onBadRecord === 'skip') stream.skipped.add(record.line, text.what)
        else throw text
      }
      any ||= texts.length > 0
      yield texts
    }
    if (!any)
      throw new FormatError('dataset_column_missing', `No record holds text in the column "${used}"`, {
        file,
        hint: `The first problem: ${stream.skipped.records[0]?.reason}. Choose another column.`,
      })
  }
  return { ...stream, column: used, position: stream.position, batches }
}

/**
 * Value of a column; `a.b` is the column of that name, else the field `b` of the object in `a`, also where names hold dots themselves. Null
 * where an object on the way is null; undefined where there is no such column.
 */
export function fieldAt(fields: unknown, column: string): unknown {
  if (typeof fields !== 'object' || fields === null) return undefined
  const named = fields as Readonly<Record<string, unknown>>
  if (Object.hasOwn(named, column)) return named[column]
  let found: null | undefined
  for (const head of objectsOf(column)) {
    if (!Object.hasOwn(named, head)) continue
    const inner = named[head] ?? null
    const value = inner === null ? null : fieldAt(inner, column.slice(head.length + 1))
    if (value === null) found = null
    else if (value !== undefined) return value
  }
  return found
}

/** What may stand before a dot of a column's name. */
const objectsOf = (column: string): string[] => [...column.matchAll(/\./g)].map(({ index }) => column.slice(0, index))

function textOf({ line, fields }: DatasetRecord, column: string, file: string): string | null | FormatError {
  const value = fieldAt(fields, column)
  if (value === null) return null
  if (typeof value === 'string') {
    if (value.isWellFormed()) return value
    return new FormatError(
      'dataset_text_invalid',
      `The column "${column}" holds half of a surrogate pair, which is no text`,
      { file, line },
    )
  }
  if (value === undefined)
    return new FormatError('dataset_column_missing', `There is no column "${column}"`, {
      file,
      line,
      hint: `The record has ${Object.keys(fields).slice(0, 12).join(', ') || 'no columns'}.`,
    })
  const found = Array.isArray(value) ? 'an array' : ArrayBuffer.isView(value) ? 'bytes' : kindOf(value)
  return new FormatError('dataset_text_invalid', `The column "${column}" holds ${found}, not text`, {
    file,
    line,
    hint: 'Choose another column, or skip broken lines.',
  })
}

const kindOf = (value: unknown): string => (typeof value === 'object' ? 'an object' : `a ${typeof value}`)
