// Added tokens: texts that become one token wherever they stand, before anything else is done. Matching is leftmost, longest first.

import type { TokenizerJson } from '../tokenizer-files.js'
import { trimEnd, trimStart } from './white-space.js'

export type AddedToken = Pick<TokenizerJson['added_tokens'][number], 'id' | 'content'> & {
  readonly lstrip: boolean
  readonly rstrip: boolean
  /** Found only where no letter, digit or mark touches it. */
  readonly single_word: boolean
}

/**
 * The tokens with the ids that the library gives them, whatever the file says: a text of the model's own vocabulary keeps its id there, the
 * others follow one another behind that vocabulary, in the order of the file.
 */
export function numbered<T extends Pick<AddedToken, 'id' | 'content'>>(
  tokens: readonly T[],
  model: ReadonlyMap<string, number>,
): T[] {
  const given = new Map<string, number>()
  let next = model.size
  return tokens.map((token) => {
    const id = model.get(token.content) ?? given.get(token.content) ?? next
    given.set(token.content, id)
    next = Math.max(next, id + 1)
    return { ...token, id }
  })
}

/** A part of a text: an added token, or text to encode with its place. */
export type Section = AddedToken | { readonly text: string; readonly from: number }

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const WORD = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, 'u')
const STARTS_WITH_WORD = new RegExp(`^${WORD}`, 'u')

/** Two UTF-16 units, as much as one character may have. */
const standsAlone = (text: string, from: number, to: number): boolean =>
  !ENDS_WITH_WORD.test(text.slice(Math.max(0, from - 2), from)) && !STARTS_WITH_WORD.test(text.slice(to, to + 2))

export class AddedTokens {
  readonly #tokens: ReadonlyMap<string, AddedToken>
  readonly #pattern: RegExp | undefined

  /** `tokens` by the text they are found by. */
  constructor(tokens: ReadonlyMap<string, AddedToken>) {
    this.#tokens = tokens
    const texts = [...tokens.keys()]
      .filter((text) => text !== '')
      .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    if (texts.length > 0) this.#pattern = new RegExp(texts.map(escaped).join('|'), 'gu')
  }

  /** Cuts a text at added tokens. White space beside a token is dropped where the token takes it (`lstrip`, `rstrip`). */
  split(text: string): Section[] {
    if (!this.#pattern) return text === '' ? [] : [{ text, from: 0 }]
    const sections: Section[] = []
    let from = 0
    let before: AddedToken | undefined
    const part = (to: number, after?: AddedToken): void => {
      const whole = text.slice(from, to)
      const section = before?.rstrip ? trimStart(whole) : whole
      const start = to - section.length
      const kept = after?.lstrip ? trimEnd(section) : section
      if (kept !== '') sections.push({ text: kept, from: start })
    }
    for (const match of text.matchAll(this.#pattern)) {
      const token = this.#tokens.get(match[0])!
      const end = match.index + match[0].length
      if (token.single_word && !standsAlone(text, match.index, end)) continue
      part(match.index, token)
      sections.push(token)
      from = end
      before = token
    }
    part(text.length)
    return sections
  }
}
