// Cutting a CSV byte stream into records (RFC 4180: quoted fields may hold line breaks, a doubled quote stands for one). A record with
// a broken quote ends at its line, so that the rest of the file is still read. Lines end as in lines.ts.

export interface CsvRecord {
  /** 1-based line where the record starts. */
  readonly line: number
  /** Without the line ending; null when longer than the limit. */
  readonly bytes: Buffer | null
  /** Why its quotes make no sense; undefined when they do. */
  readonly broken: string | undefined
}

/** start: a field begins; plain: in an unquoted field; quoted: inside quotes; closed: behind a closing quote; broken: skip to the line's end. */
type State = 'start' | 'plain' | 'quoted' | 'closed' | 'broken'

const QUOTE = 0x22
const NEWLINE = 0x0a
const RETURN = 0x0d

export class CsvSplitter {
  readonly #delimiter: number
  #state: State = 'start'
  #line = 1
  #startLine = 1
  #parts: Buffer[] = []
  #bytes = 0
  #broken: string | undefined
  /** The byte before was a carriage return. */
  #returned = false

  constructor(
    delimiter: string,
    private readonly maxBytes: number,
  ) {
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** Records that end in this chunk. Empty lines give none. */
  push(chunk: Buffer): CsvRecord[] {
    const found: CsvRecord[] = []
    let from = 0
    for (let i = 0; i < chunk.length; i++) {
      const code = chunk[i]!
      const pair = code === NEWLINE && this.#returned
      this.#returned = code === RETURN
      const ends = code === NEWLINE || code === RETURN
      if (ends && !pair) this.#line++
      if (!ends || this.#state === 'quoted') {
        this.#state = this.#next(code)
        continue
      }
      // The line feed behind a carriage return ends nothing more.
      if (pair && this.#bytes === 0 && from === i) {
        this.#startLine = this.#line
        from = i + 1
        continue
      }
      this.#keep(chunk.subarray(from, i))
      found.push(...this.#take())
      from = i + 1
    }
    this.#keep(chunk.subarray(from))
    return found
  }

  /** The last record, when the file does not end with a line break. */
  end(): CsvRecord[] {
    if (this.#state === 'quoted')
      this.#broken = `A quote is never closed; ${this.#line - this.#startLine + 1} lines are lost in it`
    return this.#take()
  }

  #next(code: number): State {
    if (this.#state === 'broken') return 'broken'
    if (this.#state === 'quoted') return code === QUOTE ? 'closed' : 'quoted'
    if (this.#state === 'start' || this.#state === 'plain') {
      if (code === this.#delimiter) return 'start'
      return this.#state === 'start' && code === QUOTE ? 'quoted' : 'plain'
    }
    if (this.#state === 'closed') {
      if (code === this.#delimiter) return 'start'
      if (code === QUOTE) return 'quoted'
    }
    this.#broken = 'There is text behind a closing quote'
    return 'broken'
  }

  #keep(part: Buffer): void {
    this.#bytes += part.byteLength
    if (this.#bytes > this.maxBytes) this.#parts = []
    else if (part.byteLength > 0) this.#parts.push(part)
  }

  #take(): CsvRecord[] {
    const bytes = Buffer.concat(this.#parts)
    const record = { line: this.#startLine, bytes: this.#bytes > this.maxBytes ? null : bytes, broken: this.#broken }
    this.#state = 'start'
    this.#startLine = this.#line
    this.#parts = []
    this.#bytes = 0
    this.#broken = undefined
    return record.bytes?.byteLength === 0 ? [] : [record]
  }
}

/** Fields of one record whose quotes are in order. A quote inside an unquoted field stands for itself. */
export function splitFields(record: string, delimiter: string): string[] {
  const fields: string[] = []
  let at = 0
  while (at <= record.length) {
    if (record[at] === '"') {
      let end = at + 1
      while (record[end] !== '"' || record[end + 1] === '"') end += record[end] === '"' ? 2 : 1
      fields.push(record.slice(at + 1, end).replaceAll('""', '"'))
      at = end + 2
    } else {
      const end = record.indexOf(delimiter, at)
      fields.push(record.slice(at, end < 0 ? record.length : end))
      at = end < 0 ? record.length + 1 : end + 1
    }
  }
  return fields
}
