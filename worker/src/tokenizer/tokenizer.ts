// A model's tokenizer: text to ids, and ids to exact text per token. Models (BPE, Unigram) are those of @huggingface/tokenizers; what comes
// before and behind them is carried out here as the Rust library `tokenizers` does: added tokens, normalizers, pre-tokenizers, templates.
import { AppError, type TokenSpan } from '@mistudio/contracts'
import { ChatTemplate } from './chat-template.js'
import { type AddedToken, AddedTokens, numbered } from './definition/added-tokens.js'
import { type Normalizer, normalizationOf } from './definition/normalizers.js'
import { type Cut, preTokenizationOf } from './definition/pre-tokenizers.js'
import { type Frame, specialsOf } from './definition/specials.js'
import { typed } from './definition/typed.js'
import { Unigram } from './definition/unigram.js'
import { knownCharacters, requireUsableVocabulary } from './definition/vocabulary.js'
import type { FileExpression } from './expressions/expressions.js'
import { encodeWithin, requireBoundedWork, unknownExpressions } from './expressions/patterns.js'
import { type LibraryModel, openModel } from './library.js'
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.js'
import { PieceCache, piecesOf } from './tokens/pieces.js'
import { Utf8Joiner } from './tokens/spans.js'
import { bytesOfToken, kindOf, stripsFirstSpace, type TokenizerKind } from './tokens/token-bytes.js'

const ENCODER = new TextEncoder()

export interface EncodeOptions {
  /** Add what the tokenizer's own template adds (BOS for Llama ...). Default false. */
  readonly addSpecialTokens?: boolean
}

/** What encoding needs beside the model. */
interface Encoding {
  readonly normalize: Normalizer | null
  readonly cut: Cut
  /** What the model is given for a piece. */
  readonly written: (piece: string) => string
  readonly specials: Frame
  /** Expressions that are not known to be fast; empty for published tokenizers. */
  readonly unknown: readonly FileExpression[]
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
    private readonly model: LibraryModel,
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
    const added = numbered(json.added_tokens, model.tokens_to_ids)
    for (const token of added) {
      this.#added.set(token.id, token.content)
      if (token.special) this.#special.add(token.id)
      if (token.normalized ?? !token.special) normalized.set(this.#normalize(token.content), token)
      else literal.set(token.content, token)
    }
    this.#literal = new AddedTokens(literal)
    this.#normalized = new AddedTokens(normalized)
    this.#cache = new PieceCache((piece) => this.#idsOf(encoding.written(piece)))
    this.vocabSize = 1 + largestOf([...model.tokens_to_ids.values(), ...this.#added.keys()])
    const addedIds = new Map(added.map(({ content, id }) => [content, id]))
    const idOf = (token: string | null): number[] => {
      const id = token === null ? undefined : (addedIds.get(token) ?? model.tokens_to_ids.get(token))
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
    const { json } = files
    requireUsableVocabulary(json)
    kindOf({ ...json, preTokenizer: json.pre_tokenizer, modelType: json.model.type }, folder)
    const { normalize, expressions } = normalizationOf(json.normalizer)
    const preTokenization = preTokenizationOf(json.pre_tokenizer)
    const unknown = unknownExpressions([...expressions, ...preTokenization.expressions])
    requireBoundedWork(unknown)
    const known = knownCharacters(json.model)
    const written = (piece: string): string => known(preTokenization.written(piece))
    const cut = piecesOf(preTokenization, json)
    return new Tokenizer(
      build(files),
      { normalize, cut, written, specials: specialsOf(json.post_processor), unknown },
      files,
    )
  }

  /** Token ids of a text. @throws AppError `tokenizer_invalid` for text that the vocabulary cannot express. */
  encode(text: string, { addSpecialTokens = false }: EncodeOptions = {}): number[] {
    const { unknown, specials } = this.encoding
    const work = () => typed('encoding', () => this.#encode(text))
    const ids = unknown.length > 0 ? encodeWithin(unknown, text.length, work) : work()
    return addSpecialTokens ? [...specials.before, ...ids, ...specials.behind] : ids
  }

  #normalize(text: string): string {
    return this.encoding.normalize?.(text) ?? text
  }

  #encode(text: string): number[] {
    const ids: number[] = []
    for (const section of this.#literal.split(text)) {
      if ('id' in section) ids.push(section.id)
      else for (const id of this.#encodeSection(section.text, section.from === 0)) ids.push(id)
    }
    return ids
  }

  /** Ids of a text without literal added tokens. `first`: it begins the text. */
  #encodeSection(text: string, first: boolean): number[] {
    const ids: number[] = []
    for (const section of this.#normalized.split(this.#normalize(text))) {
      if ('id' in section) ids.push(section.id)
      else
        for (const piece of this.encoding.cut(section.text, first && section.from === 0))
          for (const id of this.#cache.get(piece)) ids.push(id)
    }
    return ids
  }

  /** Ids that the model makes of one word. */
  #idsOf(word: string): number[] {
    const { model } = this
    return this.#requireKnown(model._call([word]), (token) => model.tokens_to_ids.get(token) ?? model.unk_token_id)
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
      const token = this.model.vocab[id]
      // Rows of the embedding beyond the vocabulary can be generated by an untrained or steered model.
      bytes = token === undefined ? ENCODER.encode(`<token ${id}>`) : bytesOfToken(token, this.kind)
      this.#bytes.set(id, bytes)
    }
    return bytes
  }
}

/** The model of a checked tokenizer.json. */
function build({ json, config, folder }: TokenizerFiles): LibraryModel {
  try {
    return json.model.type === 'Unigram' ? new Unigram(json.model) : openModel(json.model, config)
  } catch (error) {
    if (error instanceof AppError) throw error
    const message = `The tokenizer cannot be used: ${(error as Error).message} (${folder})`
    throw new AppError('tokenizer_invalid', message, undefined, { cause: error })
  }
}

function largestOf(ids: readonly number[]): number {
  let largest = -1
  for (const id of ids) if (id > largest) largest = id
  return largest
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
