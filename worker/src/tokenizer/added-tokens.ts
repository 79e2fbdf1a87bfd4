// Added tokens: texts that become one token wherever they stand, before anything else is done. Matching is leftmost, longest first.
import type { TokenizerJson } from './tokenizer-files.js'

export type AddedToken = Pick<TokenizerJson['added_tokens'][number], 'id' | 'content'> & {
  readonly lstrip: boolean
  readonly rstrip: boolean
}

/** A part of a text: text to encode, or an added token. */
export type Section = string | AddedToken

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

export class AddedTokens {
  readonly #tokens: ReadonlyMap<string, AddedToken>
  readonly #pattern: RegExp | undefined

  /** `tokens` by the text they are found by. */
  constructor(tokens: ReadonlyMap<string, AddedToken>) {
    this.#tokens = tokens
    const texts = [...tokens.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    if (texts.length > 0) this.#pattern = new RegExp(texts.map(escaped).join('|'), 'gu')
  }

  /** Cuts a text at added tokens. White space beside a token is dropped where the token takes it (`lstrip`, `rstrip`). */
  split(text: string): Section[] {
    if (!this.#pattern) return [text]
    const sections: Section[] = []
    let from = 0
    let before: AddedToken | undefined
    const part = (to: number, after?: AddedToken): void => {
      let section = text.slice(from, to)
      if (before?.rstrip) section = section.trimStart()
      if (after?.lstrip) section = section.trimEnd()
      if (section !== '') sections.push(section)
    }
    for (const match of text.matchAll(this.#pattern)) {
      const token = this.#tokens.get(match[0])!
      part(match.index, token)
      sections.push(token)
      from = match.index + match[0].length
      before = token
    }
    part(text.length)
    return sections
  }
}
