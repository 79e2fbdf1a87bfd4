// A model's tokenizer: text to ids, and ids to exact text per token. Models, normalizers and pre-tokenizers are those of
// @huggingface/tokenizers; what is added here are limits, added tokens, remembered pieces, and decoding by bytes.
import { AppError, type TokenSpan } from '@mistudio/contracts'
import { type AddedToken, AddedTokens } from './added-tokens.js'
import { canonical } from './canonical.js'
import { ChatTemplate } from './chat-template.js'
import { type LibraryTokenizer, openLibrary } from './library.js'
import { encodeWithin, probePatterns, unknownPatterns } from './patterns.js'
import { PieceCache, type Pieces, piecesOf } from './pieces.js'
import { Utf8Joiner } from './spans.js'
import { bytesOfToken, kindOf, stripsFirstSpace, type TokenizerKind } from './token-bytes.js'
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.js'
import { typed } from './typed.js'
import { requireUsableVocabulary } from './vocabulary.js'

const ENCODER = new TextEncoder()

export interface EncodeOptions {
  /** Add what the tokenizer's own template adds (BOS for Llama ...). Default false. */
  readonly addSpecialTokens?: boolean
}

/** What encoding needs beside the library. */
interface Encoding {
  readonly pieces: Pieces | null
  /** Expressions that are not known to be fast; empty for published tokenizers. */
  readonly unknownPatterns: readonly string[]
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
  /** Added tokens found in the text as it is, and those found in it after normalization. */
  readonly #literal: AddedTokens
  readonly #normalized: AddedTokens
  readonly #bytes = new Map<number, Uint8Array>()
  readonly #cache: PieceCache
  readonly #stripsFirstSpace: boolean

  private constructor(
    private readonly library: LibraryTokenizer,
    private readonly encoding: Encoding,
    files: TokenizerFiles,
  ) {
    const { json, config } = files
    const shape = { ...json, preTokenizer: json.pre_tokenizer, modelType: json.model.type }
    this.kind = kindOf(shape, files.folder)
    this.#stripsFirstSpace = stripsFirstSpace(shape)
    this.chat = files.chat && new ChatTemplate(files.chat)
    const literal = new Map<string, AddedToken>()
    const normalized = new Map<string, AddedToken>()
    for (const token of json.added_tokens) {
      this.#added.set(token.id, token.content)
      if (token.special) this.#special.add(token.id)
      if (library.normalizer === null || !(token.normalized ?? !token.special)) literal.set(token.content, token)
      else normalized.set(library.normalizer.normalize(token.content), token)
    }
    this.#literal = new AddedTokens(literal)
    this.#normalized = new AddedTokens(normalized)
    this.#cache = new PieceCache((piece) => this.#idsOf([encoding.pieces?.written(piece) ?? piece]))
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
  }

  /** Loads the tokenizer of a model folder. @throws AppError `tokenizer_invalid` with what to do. */
  static async load(folder: string): Promise<Tokenizer> {
    const files = await readTokenizerFiles(folder)
    return typed('loading', () => Tokenizer.#of(files, folder))
  }

  static #of(files: TokenizerFiles, folder: string): Tokenizer {
    requireUsableVocabulary(files.json)
    kindOf({ ...files.json, preTokenizer: files.json.pre_tokenizer, modelType: files.json.model.type }, folder)
    const { json, preTokenizers, patterns } = canonical(files.json)
    const encoding = { pieces: piecesOf(preTokenizers, json), unknownPatterns: unknownPatterns(patterns) }
    const tokenizer = new Tokenizer(build(json, files), encoding, files)
    if (encoding.unknownPatterns.length > 0) probePatterns(encoding.unknownPatterns, (text) => tokenizer.#encode(text))
    return tokenizer
  }

  /** Token ids of a text. @throws AppError `tokenizer_invalid` for text that the vocabulary cannot express. */
  encode(text: string, { addSpecialTokens = false }: EncodeOptions = {}): number[] {
    const { unknownPatterns } = this.encoding
    const encode = () => (addSpecialTokens ? this.#encodeWithSpecials(text) : this.#encode(text))
    const work = () => typed('encoding', encode)
    return unknownPatterns.length > 0 ? encodeWithin(unknownPatterns, text.length, work) : work()
  }

  #encode(text: string): number[] {
    const ids: number[] = []
    for (const [index, section] of this.#literal.split(text).entries()) {
      if (typeof section !== 'string') ids.push(section.id)
      else for (const id of this.#encodeSection(section, index === 0)) ids.push(id)
    }
    return ids
  }

  /** Ids of a text without literal added tokens. `first`: it begins the text. */
  #encodeSection(text: string, first: boolean): number[] {
    const normalized = this.library.normalizer?.normalize(text) ?? text
    const ids: number[] = []
    for (const section of this.#normalized.split(normalized)) {
      if (typeof section !== 'string') ids.push(section.id)
      else for (const id of this.#encodeWords(section, first)) ids.push(id)
    }
    return ids
  }

  #encodeWords(section: string, first: boolean): number[] {
    const { pieces } = this.encoding
    if (pieces) {
      const ids: number[] = []
      for (const piece of pieces.cut(section, first)) for (const id of this.#cache.get(piece)) ids.push(id)
      return ids
    }
    const { pre_tokenizer } = this.library
    return this.#idsOf(
      pre_tokenizer ? pre_tokenizer.pre_tokenize(section, { section_index: first ? 0 : 1 }) : [section],
    )
  }

  /** Ids that the model makes of pre-tokens. */
  #idsOf(words: string[]): number[] {
    const { model } = this.library
    return this.#requireKnown(model._call(words), (token) => model.tokens_to_ids.get(token) ?? model.unk_token_id)
  }

  #encodeWithSpecials(text: string): number[] {
    const { tokens } = this.library.encode(text, { add_special_tokens: true })
    return this.#requireKnown(tokens, (token) => this.library.token_to_id(token))
  }

  #requireKnown(tokens: readonly string[], idOf: (token: string) => number | undefined): number[] {
    return tokens.map((token) => {
      const id = idOf(token)
      if (id === undefined || !Number.isInteger(id) || id < 0)
        throw new AppError('tokenizer_invalid', `The vocabulary has no token for "${token}" and no unknown token.`)
      return id
    })
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

/** The library's tokenizer of a checked tokenizer.json. */
function build(json: TokenizerFiles['json'], { config, folder }: TokenizerFiles): LibraryTokenizer {
  try {
    return openLibrary(json, config)
  } catch (error) {
    const message = `The tokenizer cannot be used: ${(error as Error).message} (${folder})`
    throw new AppError('tokenizer_invalid', message, undefined, { cause: error })
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
