// A model's tokenizer: text to ids, and ids to exact text per token. The algorithm is @huggingface/tokenizers; what is added here are
// limits, a cache of words, and decoding by bytes.
import { Tokenizer as HfTokenizer } from '@huggingface/tokenizers'
import { AppError, type TokenSpan } from '@mistudio/contracts'
import { ChatTemplate } from './chat-template.js'
import { Utf8Joiner } from './spans.js'
import { bytesOfToken, kindOf, stripsFirstSpace, type TokenizerKind } from './token-bytes.js'
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.js'
import { WordCache, wordsAreIndependent } from './word-cache.js'

const ENCODER = new TextEncoder()

export interface EncodeOptions {
  /** Add what the tokenizer's own template adds (BOS for Llama ...). Default false. */
  readonly addSpecialTokens?: boolean
}

export class Tokenizer {
  /** Family, for display. */
  readonly kind: TokenizerKind
  /** Largest id + 1, added tokens included. The model's embedding may have more rows (padding). */
  readonly vocabSize: number
  /**
   * Token that begins a document: tokenizer_config.json's `bos_token`, else config.json's `bos_token_id`, else the end-of-text token (as
   * SAELens does); null when the model has none of them.
   */
  readonly bosTokenId: number | null
  /** Tokens that end a generation: config.json's `eos_token_id`s and tokenizer_config.json's `eos_token`. */
  readonly eosTokenIds: readonly number[]
  /** How the model's conversations are written; null when it says nothing of them. */
  readonly chat: ChatTemplate | null
  readonly #special = new Set<number>()
  readonly #added = new Map<number, string>()
  readonly #addedTexts: readonly string[]
  readonly #bytes = new Map<number, Uint8Array>()
  readonly #words: WordCache | undefined
  readonly #stripsFirstSpace: boolean

  private constructor(
    private readonly library: HfTokenizer,
    files: TokenizerFiles,
    folder: string,
  ) {
    const { json, config } = files
    const shape = { ...json, preTokenizer: json.pre_tokenizer, modelType: json.model.type }
    this.kind = kindOf(shape, folder)
    this.#stripsFirstSpace = stripsFirstSpace(shape)
    this.chat = files.chat && new ChatTemplate(files.chat)
    for (const { id, content, special } of json.added_tokens) {
      this.#added.set(id, content)
      if (special) this.#special.add(id)
    }
    this.#addedTexts = [...this.#added.values()]
    let largest = -1
    for (const id of library.get_vocab().values()) if (id > largest) largest = id
    for (const id of this.#added.keys()) if (id > largest) largest = id
    this.vocabSize = largest + 1
    const idOf = (token: string | null): number[] => {
      const id = token === null ? undefined : library.token_to_id(token)
      return id === undefined ? [] : [id]
    }
    const known = (id: number): boolean => id >= 0 && id < this.vocabSize
    this.eosTokenIds = [...new Set([...files.modelEosIds.filter(known), ...idOf(config.eos_token)])]
    this.bosTokenId =
      [...idOf(config.bos_token), ...files.modelBosIds.filter(known), ...idOf(config.eos_token)][0] ?? null
    if (wordsAreIndependent(json)) this.#words = new WordCache((word) => this.#encodeFully(word, false))
  }

  /** Loads the tokenizer of a model folder. @throws AppError `tokenizer_invalid` with what to do. */
  static async load(folder: string): Promise<Tokenizer> {
    const files = await readTokenizerFiles(folder)
    let library: HfTokenizer
    try {
      library = new HfTokenizer(files.json, files.config)
    } catch (error) {
      throw new AppError(
        'tokenizer_invalid',
        `The tokenizer cannot be used: ${(error as Error).message} (${folder})`,
        undefined,
        {
          cause: error,
        },
      )
    }
    return new Tokenizer(library, files, folder)
  }

  /** Token ids of a text. @throws AppError `tokenizer_invalid` for text that the vocabulary cannot express. */
  encode(text: string, { addSpecialTokens = false }: EncodeOptions = {}): number[] {
    if (this.#words && !addSpecialTokens && !this.#addedTexts.some((added) => text.includes(added)))
      return this.#words.encode(text)
    return this.#encodeFully(text, addSpecialTokens)
  }

  #encodeFully(text: string, addSpecialTokens: boolean): number[] {
    const { ids, tokens }: { ids: number[]; tokens: string[] } = this.library.encode(text, {
      add_special_tokens: addSpecialTokens,
    })
    const bad = ids.findIndex((id) => !Number.isInteger(id))
    if (bad >= 0)
      throw new AppError(
        'tokenizer_invalid',
        `The vocabulary has no token for "${tokens[bad]}" and no unknown token.`,
        { text: text.slice(0, 200) },
      )
    return ids
  }

  /** Exact text per token; characters spread over tokens stand at the token that completes them. */
  spans(ids: ArrayLike<number>): TokenSpan[] {
    const joiner = new Utf8Joiner()
    const spans: TokenSpan[] = []
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!
      const added = this.#added.get(id)
      if (added === undefined) spans.push({ id, text: joiner.push(this.#bytesOf(id)) })
      else {
        closeSpan(spans, joiner)
        spans.push({ id, text: added })
      }
    }
    closeSpan(spans, joiner)
    return spans
  }

  /** Text of a sequence of ids, as the tokenizer itself decodes it. */
  decode(ids: ArrayLike<number>, { skipSpecialTokens = false } = {}): string {
    const kept = skipSpecialTokens ? Array.from(ids).filter((id) => !this.#special.has(id)) : ids
    const text = this.spans(kept)
      .map((span) => span.text)
      .join('')
    return this.#stripsFirstSpace && text.startsWith(' ') ? text.slice(1) : text
  }

  /** Text of one token standing alone; bytes that are no character as `<0xNN>`. */
  display(id: number): string {
    return this.spans([id])[0]!.text
  }

  /** True for BOS, EOS, padding and the like. */
  isSpecial(id: number): boolean {
    return this.#special.has(id)
  }

  /** Decoder for tokens that come one by one. */
  streamDecoder(): StreamDecoder {
    return new StreamDecoder((id) => this.#added.get(id) ?? this.#bytesOf(id))
  }

  #bytesOf(id: number): Uint8Array {
    let bytes = this.#bytes.get(id)
    if (!bytes) {
      const token = this.library.id_to_token(id)
      // Rows of the embedding beyond the vocabulary can be generated by an untrained or steered model.
      bytes = token === undefined ? ENCODER.encode(`<token ${id}>`) : bytesOfToken(token, this.kind)
      this.#bytes.set(id, bytes)
    }
    return bytes
  }
}

/** Puts bytes that will not be completed any more at the last token. */
function closeSpan(spans: TokenSpan[], joiner: Utf8Joiner): void {
  const rest = joiner.end()
  const last = spans.at(-1)
  if (rest !== '' && last) spans[spans.length - 1] = { id: last.id, text: last.text + rest }
}

/** Text of generated tokens as it becomes certain: a character appears when its last byte has come. */
export class StreamDecoder {
  readonly #joiner = new Utf8Joiner()

  /** `partOf` gives an added token's text or a token's bytes. */
  constructor(private readonly partOf: (id: number) => string | Uint8Array) {}

  push(id: number): string {
    const part = this.partOf(id)
    return typeof part === 'string' ? this.#joiner.end() + part : this.#joiner.push(part)
  }

  /** What is left when the generation ends. */
  end(): string {
    return this.#joiner.end()
  }
}

/** Opens the tokenizer of a model folder. @throws AppError `tokenizer_invalid` with what to do. */
export const openTokenizer = (folder: string): Promise<Tokenizer> => Tokenizer.load(folder)
