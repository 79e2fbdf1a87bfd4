// From the bytes of tokens to text per token. A character whose bytes are spread over tokens belongs to the token that completes it; a
// byte that belongs to no character is shown as `<0xNN>`, never as a replacement sign or as half a character.

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes of the sequence that a lead byte announces (RFC 3629); 0 for a byte that cannot lead. */
const sequenceLength = (lead: number): number =>
  lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0

/** True when `byte` may stand at `index` > 0 behind `lead`: excludes overlong forms, surrogates and what lies above U+10FFFF. */
function continues(lead: number, index: number, byte: number): boolean {
  const low = index === 1 ? (lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80) : 0x80
  const high = index === 1 ? (lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf) : 0xbf
  return byte >= low && byte <= high
}

/** A byte without a character, readable. */
const strayByte = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`

/**
 * Joins the bytes of tokens into text, token by token. `push` gives the text that the token completes (perhaps none), `end` what can no
 * longer be completed.
 */
export class Utf8Joiner {
  /** Bytes of a character that is not complete yet. */
  readonly #open: number[] = []

  push(bytes: Uint8Array): string {
    if (this.#open.length === 0) {
      const whole = wholeText(bytes)
      if (whole !== undefined) return whole
    }
    let text = ''
    for (const byte of bytes) text += this.#take(byte)
    return text
  }

  /** Bytes still waiting for their character, shown one by one; the joiner is empty afterwards. */
  end(): string {
    return this.#open.splice(0).map(strayByte).join('')
  }

  #take(byte: number): string {
    const lead = this.#open[0]
    if (lead === undefined) {
      const length = sequenceLength(byte)
      if (length === 1) return String.fromCharCode(byte)
      if (length === 0) return strayByte(byte)
      this.#open.push(byte)
      return ''
    }
    if (!continues(lead, this.#open.length, byte)) return this.end() + this.#take(byte)
    this.#open.push(byte)
    return this.#open.length === sequenceLength(lead) ? DECODER.decode(Uint8Array.from(this.#open.splice(0))) : ''
  }
}

function wholeText(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes)
  } catch {
    // Not an error: the token holds part of a character, which the slow path joins.
    return undefined
  }
}
