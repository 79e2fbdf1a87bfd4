// Following a JSON document byte by byte without parsing it: how deep it is, and under which keys. Knows brackets, strings, colons and
// commas; whether the rest is valid JSON is for whoever parses a part of it.

const byte = (char: string): number => char.charCodeAt(0)
const [QUOTE, BACKSLASH, OPEN, CLOSE, CURLY, UNCURLY, COMMA, COLON] = [...'"\\[]{},:'].map(byte)
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** What begins with a byte. */
export type ValueKind = 'object' | 'array' | 'string' | 'other'
export type OutlineEvent = ValueKind | 'comma' | 'end' | undefined

/** Levels of which keys are known; deeper ones are only counted. */
const KEYED_LEVELS = 16
/** Longest key kept. */
const MAX_KEY = 500

interface Level {
  readonly array: boolean
  key: string
}

export class JsonOutline {
  readonly #levels: Level[] = []
  #depth = 0
  #inString = false
  #escaped = false
  #inScalar = false
  /** Bytes of a key being read. */
  #key: number[] | undefined
  #expectsKey = false

  /** Open objects and arrays. */
  get depth(): number {
    return this.#depth
  }

  /** Keys of the open objects, outermost first, joined by dots. */
  get path(): string {
    return this.#levels
      .filter(({ array }) => !array)
      .map(({ key }) => key)
      .join('.')
  }

  /** Whether the innermost value is an array that lies in objects only. */
  get inOuterArray(): boolean {
    return this.#depth === this.#levels.length && this.#levels.findIndex(({ array }) => array) === this.#depth - 1
  }

  /** Takes one byte; tells which value begins with it, or that a comma or the end of an object or array it is. */
  next(code: number): OutlineEvent {
    if (this.#inString) return this.#inText(code)
    if (isSpace(code)) return this.#space()
    if (code === COMMA) return this.#separated('comma')
    if (code === COLON) return this.#space()
    if (code === CLOSE || code === UNCURLY) return this.#closed()
    if (code === OPEN || code === CURLY) return this.#opened(code === OPEN)
    if (code === QUOTE) return this.#quoted()
    if (this.#inScalar) return undefined
    this.#inScalar = true
    return 'other'
  }

  #space(): undefined {
    this.#inScalar = false
  }

  #inText(code: number): undefined {
    if (!this.#escaped && code === QUOTE) {
      this.#inString = false
      this.#endKey()
      return
    }
    if (this.#key && this.#key.length < MAX_KEY) this.#key.push(code)
    this.#escaped = !this.#escaped && code === BACKSLASH
  }

  #endKey(): void {
    const level = this.#levels.at(-1)
    if (!this.#key || !level) return
    level.key = keyOf(this.#key)
    this.#key = undefined
  }

  #quoted(): OutlineEvent {
    this.#inString = true
    this.#inScalar = false
    if (!this.#expectsKey) return 'string'
    this.#expectsKey = false
    if (this.#depth === this.#levels.length) this.#key = []
    return undefined
  }

  #separated(event: 'comma'): OutlineEvent {
    this.#inScalar = false
    this.#expectsKey = this.#depth === this.#levels.length && this.#levels.at(-1)?.array === false
    return event
  }

  #opened(array: boolean): OutlineEvent {
    this.#inScalar = false
    if (this.#depth === this.#levels.length && this.#depth < KEYED_LEVELS) this.#levels.push({ array, key: '' })
    this.#depth++
    this.#expectsKey = !array && this.#depth === this.#levels.length
    return array ? 'array' : 'object'
  }

  #closed(): OutlineEvent {
    this.#inScalar = false
    this.#expectsKey = false
    if (this.#depth === this.#levels.length) this.#levels.pop()
    this.#depth = Math.max(0, this.#depth - 1)
    return 'end'
  }
}

function keyOf(bytes: readonly number[]): string {
  const text = Buffer.from(bytes).toString('utf8')
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    // Cut or broken: the name is only compared and shown.
    return text
  }
}
