// Plain text: a document per line, per block between empty lines, or the whole file.
import { FormatError } from '../errors.js'
import { tooLong } from './jsonl.js'
import { type ByteLine, readLines } from './lines.js'
import { type BrokenRecord, type DatasetRecord, type RecordBatch, TXT_COLUMN, type TxtMode } from './types.js'
import { decodeStrict } from './utf8.js'

/** Documents of a text file under the column `text`. Empty lines make no document. */
export function readTxt(
  chunks: AsyncIterable<Buffer>,
  file: string,
  maxBytes: number,
  mode: TxtMode,
): AsyncGenerator<RecordBatch> {
  return mode === 'lines' ? readByLine(chunks, file, maxBytes) : readByBlock(chunks, file, maxBytes, mode === 'whole')
}

async function* readByLine(chunks: AsyncIterable<Buffer>, file: string, maxBytes: number): AsyncGenerator<RecordBatch> {
  for await (const lines of readLines(chunks, maxBytes)) {
    const batch: (DatasetRecord | BrokenRecord)[] = []
    for (const line of lines) {
      const text = textOf(line, file, maxBytes)
      if (text instanceof FormatError) batch.push({ line: line.line, problem: text })
      else if (text.trim() !== '') batch.push({ line: line.line, fields: { [TXT_COLUMN]: text } })
    }
    if (batch.length > 0) yield batch
  }
}

/** Blocks end at an empty line, or (`whole`) at the end of the file. A broken line breaks its block. */
async function* readByBlock(
  chunks: AsyncIterable<Buffer>,
  file: string,
  maxBytes: number,
  whole: boolean,
): AsyncGenerator<RecordBatch> {
  const block = new Block(file, maxBytes)
  for await (const lines of readLines(chunks, maxBytes)) {
    const batch: (DatasetRecord | BrokenRecord)[] = []
    for (const line of lines) {
      const text = textOf(line, file, maxBytes)
      if (whole || typeof text !== 'string' || text.trim() !== '') block.add(line.line, text)
      else batch.push(...block.end())
    }
    if (batch.length > 0) yield batch
  }
  const last = block.end()
  if (last.length > 0) yield last
}

class Block {
  #lines: string[] = []
  #size = 0
  #start = 0
  #problem: FormatError | undefined

  constructor(
    private readonly file: string,
    private readonly maxBytes: number,
  ) {}

  add(line: number, text: string | FormatError): void {
    if (this.#start === 0) this.#start = line
    if (this.#problem) return
    if (typeof text !== 'string') this.#problem = text
    else {
      this.#lines.push(text)
      this.#size += text.length + 1
      if (this.#size > this.maxBytes) this.#problem = tooLong(this.maxBytes, this.file, this.#start)
    }
    if (this.#problem) this.#lines = []
  }

  end(): RecordBatch {
    const line = this.#start
    const problem = this.#problem
    const text = this.#lines.join('\n')
    this.#lines = []
    this.#size = 0
    this.#start = 0
    this.#problem = undefined
    if (problem) return [{ line: problem.line ?? line, problem }]
    return text.trim() === '' ? [] : [{ line, fields: { [TXT_COLUMN]: text } }]
  }
}

const textOf = ({ line, bytes }: ByteLine, file: string, maxBytes: number): string | FormatError =>
  bytes ? decodeStrict(bytes, line, file) : tooLong(maxBytes, file, line)
