// One JSON document that holds an array of records, element by element.
import { FormatError } from '../errors.js'
import { type JsonItem, JsonItemSplitter } from './json-items.js'
import { parseRecord, tooLong } from './jsonl.js'
import type { BrokenRecord, DatasetRecord, RecordBatch } from './types.js'
import { decodeStrict } from './utf8.js'

/** Records of a JSON document; elements that are not objects or strings come as `BrokenRecord`. */
export async function* readJsonArray(
  chunks: AsyncIterable<Buffer>,
  file: string,
  maxBytes: number,
): AsyncGenerator<RecordBatch> {
  const splitter = new JsonItemSplitter(file, maxBytes)
  for await (const chunk of chunks) {
    const items = splitter.push(chunk)
    if (items.length > 0) yield items.map((item) => parseItem(item, file, maxBytes))
  }
  splitter.end()
}

function parseItem({ line, bytes }: JsonItem, file: string, maxBytes: number): DatasetRecord | BrokenRecord {
  if (!bytes) return { line, problem: tooLong(maxBytes, file, line) }
  const text = decodeStrict(bytes, line, file)
  return text instanceof FormatError ? { line, problem: text } : parseRecord(text, line, file)
}
