// The Unigram model: the cut of a word into tokens whose scores (logarithms of probabilities) have the largest sum, as the Rust library
// `tokenizers` finds it. Unknown characters in a row are one unknown piece, written as bytes where the model says so (`byte_fallback`).
import { z } from 'zod'
import type { LibraryModel } from '../library.js'
import { parsed } from './refused.js'

/** What an unknown character costs more than the least likely token. */
const UNKNOWN_PENALTY = 10

const OptionsSchema = z.looseObject({
  unk_id: z.int().min(0).nullish(),
  byte_fallback: z.boolean().default(false),
})

type Vocabulary = readonly (readonly [token: string, score: number])[]

/** The entries of `vocab`, checked one by one: there may be hundreds of thousands. @throws Error naming the first that is none. */
function vocabularyOf(vocab: unknown): Vocabulary {
  if (!Array.isArray(vocab) || vocab.length === 0) throw new Error('a Unigram model needs a list of tokens')
  const wrong = vocab.findIndex(
    (entry) => !Array.isArray(entry) || typeof entry[0] !== 'string' || !Number.isFinite(entry[1]),
  )
  if (wrong >= 0) throw new Error(`entry ${wrong} of its vocabulary is not a token and its score`)
  return vocab as Vocabulary
}

interface TrieNode {
  readonly next: Map<number, TrieNode>
  /** The token that ends here. */
  id?: number
}

function trieOf(vocab: Vocabulary): TrieNode {
  const root: TrieNode = { next: new Map() }
  for (const [id, [token]] of vocab.entries()) {
    let node = root
    for (let i = 0; i < token.length; i++) {
      const unit = token.charCodeAt(i)
      const child: TrieNode = node.next.get(unit) ?? { next: new Map() }
      node.next.set(unit, child)
      node = child
    }
    node.id = id
  }
  return root
}

/** The best way to a place in a word. */
interface Way {
  readonly from: number
  readonly score: number
  /** Token of the last step; undefined for an unknown character. */
  readonly id: number | undefined
}

const byteTokens = (text: string): string[] =>
  [...Buffer.from(text)].map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)

export class Unigram implements LibraryModel {
  readonly tokens_to_ids: ReadonlyMap<string, number>
  readonly vocab: readonly string[]
  readonly unk_token_id?: number
  readonly #scores: readonly number[]
  readonly #unknownScore: number
  readonly #byteFallback: boolean
  readonly #trie: TrieNode

  /** `model` of tokenizer.json. @throws Error or AppError saying what is malformed. */
  constructor(model: object) {
    const { unk_id, byte_fallback } = parsed(OptionsSchema, model, 'the Unigram model')
    const vocab = vocabularyOf('vocab' in model ? model.vocab : undefined)
    if (typeof unk_id === 'number') {
      if (unk_id >= vocab.length) throw new Error(`its unknown token ${unk_id} is not in its vocabulary`)
      this.unk_token_id = unk_id
    }
    this.vocab = vocab.map(([token]) => token)
    this.#scores = vocab.map(([, score]) => score)
    this.tokens_to_ids = new Map(this.vocab.map((token, id) => [token, id]))
    this.#unknownScore = this.#scores.reduce((least, score) => Math.min(least, score)) - UNKNOWN_PENALTY
    this.#byteFallback = byte_fallback
    this.#trie = trieOf(vocab)
  }

  _call(words: readonly string[]): string[] {
    return words.flatMap((word) => this.#pieces(word).flatMap((piece) => this.#known(piece)))
  }

  /** A piece as tokens of the vocabulary, or as it is: unknown. */
  #known(piece: string): string[] {
    if (!this.#byteFallback || this.tokens_to_ids.has(piece)) return [piece]
    const bytes = byteTokens(piece)
    return bytes.every((token) => this.tokens_to_ids.has(token)) ? bytes : [piece]
  }

  #pieces(word: string): string[] {
    const ways = this.#waysThrough(word)
    const pieces: string[] = []
    let to = word.length
    while (to > 0) {
      let { from, id } = ways[to]!
      // Unknown ones in a row are one piece.
      while (this.#isUnknown(id) && from > 0 && this.#isUnknown(ways[from]!.id)) ({ from, id } = ways[from]!)
      pieces.push(word.slice(from, to))
      to = from
    }
    return pieces.reverse()
  }

  #isUnknown(id: number | undefined): boolean {
    return id === undefined || id === this.unk_token_id
  }

  #waysThrough(word: string): (Way | undefined)[] {
    const ways: (Way | undefined)[] = [{ from: 0, score: 0, id: undefined }]
    const offer = (to: number, way: Way): void => {
      const best = ways[to]
      if (!best || way.score > best.score) ways[to] = way
    }
    for (let from = 0; from < word.length; ) {
      const width = word.codePointAt(from)! > 0xffff ? 2 : 1
      const { score } = ways[from]!
      let alone = false
      let node: TrieNode | undefined = this.#trie
      for (let to = from + 1; to <= word.length; to++) {
        node = node.next.get(word.charCodeAt(to - 1))
        if (!node) break
        if (node.id === undefined) continue
        offer(to, { from, score: score + this.#scores[node.id]!, id: node.id })
        alone ||= to === from + width
      }
      if (!alone) offer(from + width, { from, score: score + this.#unknownScore, id: undefined })
      from += width
    }
    return ways
  }
}
