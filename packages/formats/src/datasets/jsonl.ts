// JSON lines: one object per line; empty lines are allowed between them.
import { FormatError } from '../errors.js'
import { placeInJson } from '../files/json.js'
import { type ByteLine, readLines } from './lines.js'
import type { BrokenRecord, DatasetRecord, RecordBatch } from './types.js'
import { decodeStrict } from './utf8.js'

/** Records of a JSON lines stream; broken lines come as `BrokenRecord`. */
export async function* readJsonLines(
  chunks: AsyncIterable<Buffer>,
  file: string,
  maxBytes: number,
): AsyncGenerator<RecordBatch> {
  for await (const lines of readLines(chunks, maxBytes)) {
    const batch: (DatasetRecord | BrokenRecord)[] = []
    for (const line of lines) {
      const record = parseLine(line, file, maxBytes)
      if (record) batch.push(record)
    }
    if (batch.length > 0) yield batch
  }
}

function parseLine(
  { line, bytes }: ByteLine,
  file: string,
  maxBytes: number,
): DatasetRecord | BrokenRecord | undefined {
  if (!bytes) return { line, problem: tooLong(maxBytes, file, line) }
  if (bytes.byteLength === 0) return undefined
  const text = decodeStrict(bytes, line, file)
  if (text instanceof FormatError) return { line, problem: text }
  if (text.trim() === '') return undefined
  return parseRecord(text, line, file)
}

/** What is between quotes, or one of the words that Python writes for numbers that JSON does not have. */
const STRING_OR_NON_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g

/** JSON, and Python's NaN, Infinity and -Infinity in it as null. @throws SyntaxError */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error
    return JSON.parse(text.replace(STRING_OR_NON_NUMBER, (found) => (found.startsWith('"') ? found : 'null')))
  }
}

/** What other programs write that is nearly JSON, and what to do about it. */
const NEARLY: readonly (readonly [sign: RegExp, hint: string])[] = [
  [/^\s*[{[]\s*$/, 'The records are spread over several lines; write each on one line (jq -c .).'],
  [/^\s*[{[]\s*'/, 'This is Python’s notation; write the file with json.dumps.'],
  [/\}\s*,\s*$/, 'Remove the comma at the end of the line.'],
  [/,\s*[}\]]/, 'Remove the comma before the closing bracket.'],
  [/\}\s*\{/, 'Records follow one another; write each on one line (jq -c .).'],
  [/^\s*(?:\/\/|#)/, 'Remove the comment; JSON has none.'],
]
const hintFor = (text: string): string => NEARLY.find(([sign]) => sign.test(text))?.[1] ?? 'Repair the line.'

/** One JSON text as a record: an object as it is, a bare string as `{text}`. */
export function parseRecord(text: string, line: number, file: string): DatasetRecord | BrokenRecord {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    const problem = new FormatError('dataset_record_invalid', `Not valid JSON${placeInJson(error)}`, {
      file,
      line,
      hint: `${hintFor(text)} Or skip broken lines.`,
      cause: error,
    })
    return { line, problem }
  }
  if (typeof value === 'string') return { line, fields: { text: value } }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { line, fields: value as Record<string, unknown> }
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
  const problem = new FormatError('dataset_record_invalid', `Expected a JSON object, found ${found}`, {
    file,
    line,
    hint: 'Write each record as an object: {"text": "…"}.',
  })
  return { line, problem }
}

export const tooLong = (maxBytes: number, file: string, line: number): FormatError =>
  new FormatError('dataset_line_too_long', `The record is longer than ${maxBytes} bytes`, {
    file,
    line,
    hint: 'Check that the file has line breaks where they belong.',
  })
