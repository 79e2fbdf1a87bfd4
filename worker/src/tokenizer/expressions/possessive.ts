// Repetition that gives nothing back (`a++`, `a*+`, `a?+`, `(?>…)`) is unknown to JavaScript. It is written as a look-ahead that captures,
// followed by what it captured: a look-ahead is not entered again. Reads Oniguruma, writes Oniguruma.

const QUANTIFIER = /[*+?]|\{(?:\d+(?:,\d*)?|,\d+)\}/y
const ESCAPE = /\\(?:[pPxukg](?:\{[^}]*\}|<[^>]*>)|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|c.|[\s\S])/uy
const GROUP = /\((?:\?(?:[:=!>]|<[=!]|<[A-Za-z_]\w*>|[a-z-]+:))?/y

/** The place behind a character class that begins at `from`; classes nest. */
function endOfClass(source: string, from: number): number {
  let depth = 0
  for (let at = from; at < source.length; at++) {
    const char = source[at]
    if (char === '\\') at++
    else if (char === '[') {
      depth++
      if (source[at + 1] === '^') at++
      if (source[at + 1] === ']') at++
    } else if (char === ']' && --depth === 0) return at + 1
  }
  return source.length
}

class Rewriter {
  #at = 0
  #groups = 0

  constructor(private readonly source: string) {}

  /** Up to a closing bracket that is not ours, or the end. */
  alternatives(): string {
    let written = ''
    while (this.#at < this.source.length && this.source[this.#at] !== ')') written += this.#repeated()
    return written
  }

  whole(): string {
    let written = this.alternatives()
    // A bracket too many is for the translation to complain about.
    while (this.#at < this.source.length) written += this.source[this.#at++]! + this.alternatives()
    return written
  }

  #take(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at
    const found = expression.exec(this.source)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #repeated(): string {
    let atom = this.#atom()
    for (;;) {
      const quantifier = this.#take(QUANTIFIER)
      if (quantifier === undefined) return atom
      const simple = quantifier.length === 1
      const next = this.source[this.#at]
      atom += quantifier
      if (next === '?') {
        this.#at++
        atom += next
      } else if (next === '+' && simple) {
        this.#at++
        atom = this.#kept(atom)
      }
    }
  }

  #kept(inner: string): string {
    const name = `_${++this.#groups}`
    return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`
  }

  #atom(): string {
    const char = this.source[this.#at]!
    if (char === '\\') return this.#take(ESCAPE) ?? this.source[this.#at++]!
    if (char === '[') {
      const from = this.#at
      this.#at = endOfClass(this.source, from)
      return this.source.slice(from, this.#at)
    }
    if (char === '(') {
      const opening = this.#take(GROUP)!
      const inner = this.alternatives()
      const closing = this.source[this.#at] === ')' ? this.source[this.#at++]! : ''
      return opening === '(?>' ? this.#kept(inner) : opening + inner + closing
    }
    this.#at++
    return char
  }
}

/** The same expression without possessive repetition; unchanged where it has none, or refers to groups by number. */
export function withoutPossession(source: string): string {
  if (!/[*+?]\+|\(\?>/.test(source) || /\\[1-9]/.test(source)) return source
  return new Rewriter(source).whole()
}
