// Cutting one large JSON document into the elements of one of its arrays while it streams. Knows brackets, strings and commas; each element is
// then parsed strictly by its reader.
import { FormatError } from '../errors.js'
import { WHOLE_DOCUMENT } from './json-layout.js'
import { JsonOutline } from './json-outline.js'

export interface JsonItem {
  /** 1-based line where the element starts. */
  readonly line: number
  /** null when the element was longer than the limit. */
  readonly bytes: Buffer | null
}

/** before: outside the array; value: an element must come; item: inside one; separator: `,` or `]` must come; after: array closed. */
type State = 'before' | 'value' | 'item' | 'separator' | 'after'

const byte = (char: string): number => char.charCodeAt(0)
const [QUOTE, BACKSLASH, OPEN, CLOSE, CURLY, UNCURLY, COMMA, NEWLINE] = ['"', '\\', '[', ']', '{', '}', ',', '\n'].map(
  byte,
)
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

export class JsonItemSplitter {
  #state: State = 'before'
  #line = 1
  #itemLine = 1
  #depth = 0
  #inString = false
  #escaped = false
  #parts: Buffer[] = []
  #itemBytes = 0
  #items = 0
  #closed = false
  readonly #outline = new JsonOutline()

  constructor(
    private readonly file: string,
    private readonly maxBytes: number,
    /** Path of the array, as json-layout.ts writes it. */
    private readonly recordsIn: string,
  ) {}

  /** Elements completed by this chunk. Error: `dataset_record_invalid` when the structure between elements is broken. */
  push(chunk: Buffer): JsonItem[] {
    const found: JsonItem[] = []
    let start = this.#state === 'item' ? 0 : -1
    for (let i = 0; i < chunk.length; i++) {
      const code = chunk[i]!
      if (code === NEWLINE) this.#line++
      if (this.#state === 'item') {
        if (!this.#endsItem(code)) continue
        this.#keep(chunk.subarray(start, i))
        found.push(this.#take())
        start = -1
      }
      if (this.#outside(code)) start = i
    }
    if (start >= 0) this.#keep(chunk.subarray(start))
    return found
  }

  /** Call at the end of the stream. Errors: `dataset_record_invalid` for a cut document, `dataset_records_missing`. */
  end(): void {
    if (!this.#closed && this.#state === 'before')
      throw this.recordsIn === WHOLE_DOCUMENT
        ? this.#broken('There is no array of records', 'Expected [ … ] or an object that holds an array.')
        : new FormatError('dataset_records_missing', `There is no array "${this.recordsIn}"`, { file: this.file })
    if (!this.#closed)
      throw this.#broken(
        `The file ends inside the array, after ${this.#items} records`,
        'It was cut off; copy or download it again.',
      )
  }

  /** One byte inside an element; true when the byte lies behind its end. */
  #endsItem(code: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (code === BACKSLASH) this.#escaped = true
      else if (code === QUOTE) this.#inString = false
      return false
    }
    if (code === QUOTE) this.#inString = true
    else if (code === CURLY || code === OPEN) this.#depth++
    else if (this.#depth > 0 && (code === UNCURLY || code === CLOSE)) this.#depth--
    else if (this.#depth === 0 && (code === COMMA || code === CLOSE)) return true
    return false
  }

  /** One byte outside elements; true when it is the first byte of an element. */
  #outside(code: number): boolean {
    if (this.#state === 'before') this.#lookForArray(code)
    else if (this.#state === 'after') this.#lookForEnd(code)
    else if (isSpace(code)) return false
    else if (code === CLOSE && (this.#state === 'separator' || this.#items === 0)) this.#closeArray()
    else if (this.#state === 'separator') {
      if (code !== COMMA) throw this.#broken('Expected a comma between records')
      this.#state = 'value'
    } else {
      this.#state = 'item'
      this.#itemLine = this.#line
      // The first byte goes through the same rules as all others of the element.
      if (code === CLOSE)
        throw this.#broken('There is a comma behind the last record', 'Remove it; JSON has none there.')
      if (this.#endsItem(code)) throw this.#broken('A record is missing between commas')
      return true
    }
    return false
  }

  #lookForArray(code: number): void {
    const outline = this.#outline
    const event = outline.next(code)
    if (event === 'array' && outline.inOuterArray && this.#isWanted(outline)) {
      this.#state = 'value'
      this.#objectDepth = outline.depth - 1
    } else if (outline.depth === 0 && event !== undefined && event !== 'end')
      throw this.#broken('This is not a JSON array or object', 'Expected [ … ] or { … }.')
  }

  #isWanted({ depth, path }: JsonOutline): boolean {
    return this.recordsIn === WHOLE_DOCUMENT ? depth === 1 : path === this.recordsIn
  }

  #objectDepth = 0

  #closeArray(): void {
    this.#state = 'after'
    this.#depth = this.#objectDepth
    this.#closed = this.#depth === 0
  }

  /** Behind the array: the outer object must close (what else it holds is only followed by brackets), then only space. */
  #lookForEnd(code: number): void {
    if (this.#inString) {
      this.#endsItem(code)
      return
    }
    if (isSpace(code)) return
    if (this.#closed) throw this.#broken('There is text behind the end of the JSON document')
    if (code === QUOTE) this.#inString = true
    else if (code === CURLY || code === OPEN) this.#depth++
    else if (code === UNCURLY || code === CLOSE) this.#depth--
    this.#closed = this.#depth === 0
  }

  #keep(part: Buffer): void {
    this.#itemBytes += part.byteLength
    if (this.#itemBytes > this.maxBytes) this.#parts = []
    else this.#parts.push(Buffer.from(part))
  }

  #take(): JsonItem {
    const bytes = this.#itemBytes > this.maxBytes ? null : Buffer.concat(this.#parts)
    this.#parts = []
    this.#itemBytes = 0
    this.#items++
    this.#state = 'separator'
    return { line: this.#itemLine, bytes }
  }

  #broken(what: string, hint = 'The file is not valid JSON from here on.'): FormatError {
    return new FormatError('dataset_record_invalid', what, { file: this.file, line: this.#line, hint })
  }
}
