// SentencePiece's compiled character maps (the normalizer `Precompiled` of T5, ALBERT, XLM-R and others): a double-array trie of UTF-8 bytes
// whose leaves point into a block of texts that end with a NUL. Followed as the Rust library reads it: of the entries that begin a grapheme
// the shortest one counts and replaces the whole grapheme; graphemes of six bytes and more, and those without an entry, go by character.
import { AppError } from '@mistudio/contracts'
import { z } from 'zod'
import { type Component, parsed } from './refused.js'

/** The largest published map has some 240 KB. */
const MAX_BASE64 = 2 ** 24
const MAX_GRAPHEME_BYTES = 5

const MapSchema = z.looseObject({ precompiled_charsmap: z.base64().min(8).max(MAX_BASE64) })

const ENCODER = new TextEncoder()
const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Looked at together: the segmenter's work grows with the square of what it is given. */
const WINDOW = 256

/** The graphemes of a text. The last one of a window may go on behind it, so it is looked at again with what follows. */
function* graphemesOf(text: string): Generator<string> {
  let from = 0
  let size = WINDOW
  while (from < text.length) {
    const cut = from + size
    // Never between the halves of a character.
    const end = (text.codePointAt(cut - 1) ?? 0) > 0xffff ? cut + 1 : cut
    const found = Array.from(GRAPHEMES.segment(text.slice(from, end)), ({ segment }) => segment)
    const isLast = end >= text.length
    if (!isLast && found.length === 1) size *= 2
    else {
      const whole = isLast ? found : found.slice(0, -1)
      yield* whole
      from += whole.reduce((length, grapheme) => length + grapheme.length, 0)
      size = WINDOW
    }
  }
}

/** Characters of which each is a grapheme of its own, whatever stands beside them: no neighbour is one that joins. */
const ALONE = /(?<![^\0-\u02ff]|\r)(?:(?!\r\n)[\0-\u02ff])+(?![^\0-\u02ff])/gu

interface Unit {
  readonly isLeaf: boolean
  readonly label: number
  readonly offset: number
}
const unitOf = (unit: number): Unit => ({
  isLeaf: ((unit >>> 8) & 1) === 1,
  label: (unit & 0x800000ff) >>> 0,
  offset: (unit >>> 10) << ((unit & 0x200) >>> 6),
})

/** Look-ups remembered; when full, the memory starts anew. */
const CAPACITY = 100_000

class CharacterMap {
  readonly #units: DataView
  readonly #texts: Buffer
  /** What has been looked up; null has no entry. */
  readonly #known = new Map<string, string | null>()

  /** @throws RangeError for bytes that are no such map. */
  constructor(bytes: Buffer) {
    const size = bytes.byteLength < 4 ? -1 : bytes.readUInt32LE(0)
    if (size < 4 || size % 4 !== 0 || 4 + size > bytes.byteLength)
      throw new RangeError(`its trie of ${size} bytes does not fit into ${bytes.byteLength} bytes`)
    this.#units = new DataView(bytes.buffer, bytes.byteOffset + 4, size)
    this.#texts = bytes.subarray(4 + size)
  }

  /** What replaces a character or a grapheme; null where it stays. */
  replacementOf(part: string): string | null {
    let found = this.#known.get(part)
    if (found === undefined) {
      const at = this.#shortest(ENCODER.encode(part))
      found = at === null ? null : this.#textAt(at)
      if (this.#known.size >= CAPACITY) this.#known.clear()
      this.#known.set(part, found)
    }
    return found
  }

  #unit(at: number): Unit {
    if (at * 4 >= this.#units.byteLength) throw new RangeError('its trie points outside itself')
    return unitOf(this.#units.getUint32(at * 4, true))
  }

  /** Where the text of the shortest entry lies that begins `key`. */
  #shortest(key: Uint8Array): number | null {
    let at = this.#unit(0).offset
    for (const byte of key) {
      if (byte === 0) return null
      at ^= byte
      const { label, offset, isLeaf } = this.#unit(at)
      if (label !== byte) return null
      at ^= offset
      if (isLeaf) return this.#units.getUint32(at * 4, true) & 0x7fffffff
    }
    return null
  }

  #textAt(from: number): string {
    const end = this.#texts.indexOf(0, from)
    return this.#texts.toString('utf8', from, end < 0 ? undefined : end)
  }
}

function opened(bytes: Buffer): CharacterMap {
  try {
    return new CharacterMap(bytes)
  } catch (cause) {
    const message = `tokenizer.json: the character map of the Precompiled normalizer is damaged: ${(cause as Error).message}.`
    throw new AppError('tokenizer_invalid', message, undefined, { cause })
  }
}

/** @throws AppError `tokenizer_invalid` for a malformed map. */
export function precompiled(component: Component): (text: string) => string {
  const { precompiled_charsmap } = parsed(MapSchema, component, 'the Precompiled normalizer')
  const map = opened(Buffer.from(precompiled_charsmap, 'base64'))
  const byCharacter = (part: string): string => {
    let written = ''
    for (const character of part) written += map.replacementOf(character) ?? character
    return written
  }
  const byGrapheme = (part: string): string => {
    let written = ''
    for (const grapheme of graphemesOf(part))
      written +=
        (Buffer.byteLength(grapheme) <= MAX_GRAPHEME_BYTES ? map.replacementOf(grapheme) : null) ??
        byCharacter(grapheme)
    return written
  }
  return (text) => {
    let written = ''
    let end = 0
    for (const { index, 0: alone } of text.matchAll(ALONE)) {
      written += byGrapheme(text.slice(end, index)) + byCharacter(alone)
      end = index + alone.length
    }
    return written + byGrapheme(text.slice(end))
  }
}
