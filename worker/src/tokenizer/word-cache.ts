// Encoding of byte-level BPE by remembered words. GPT-2's pre-tokenizer cuts a text into words that are encoded one by one, so the ids of a
// word never depend on its neighbours; natural text repeats its words, and a look-up is much cheaper than merging.

/** GPT-2's pre-tokenizer pattern (the `ByteLevel` pre-tokenizer with `use_regex`). */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

/** Words remembered; when full, the cache starts anew. */
const CAPACITY = 100_000
/** Longer words hardly come twice. */
const MAX_WORD = 64

/** True when a tokenizer's pipeline is exactly: no normalizer, `ByteLevel` pre-tokenizer without prefix space, BPE without dropout. */
export function wordsAreIndependent(json: {
  normalizer?: unknown
  pre_tokenizer?: unknown
  model: Record<string, unknown>
}): boolean {
  const pre = json.pre_tokenizer as Record<string, unknown> | null | undefined
  return (
    (json.normalizer ?? null) === null &&
    pre?.['type'] === 'ByteLevel' &&
    pre['add_prefix_space'] === false &&
    pre['use_regex'] !== false &&
    json.model['type'] === 'BPE' &&
    (json.model['dropout'] ?? null) === null
  )
}

export class WordCache {
  readonly #ids = new Map<string, readonly number[]>()

  /** `encodeWord` encodes one word without special tokens. */
  constructor(private readonly encodeWord: (word: string) => readonly number[]) {}

  /** Ids of a text that holds no added token. */
  encode(text: string): number[] {
    const ids: number[] = []
    for (const word of text.match(WORDS) ?? []) for (const id of this.#lookUp(word)) ids.push(id)
    return ids
  }

  #lookUp(word: string): readonly number[] {
    const known = this.#ids.get(word)
    if (known) return known
    const ids = this.encodeWord(word)
    if (word.length <= MAX_WORD) {
      if (this.#ids.size >= CAPACITY) this.#ids.clear()
      this.#ids.set(word, ids)
    }
    return ids
  }
}
