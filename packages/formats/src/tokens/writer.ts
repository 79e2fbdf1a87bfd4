// Writing a token store: documents in, packed windows out.
import { join } from 'node:path'
import { FormatError } from '../errors.js'
import { AtomicFile, type WrittenFile } from '../files/atomic.js'
import { type Manifest, writeManifest } from '../files/manifest.js'
import { KIND, STARTS, TOKENS, type TokensData } from './layout.js'

export interface TokenWriterOptions {
  readonly contextSize: number
  /** Ids are below this; decides between uint16 and uint32. */
  readonly vocabSize: number
  readonly bosTokenId: number | null
}

/**
 * Writes a token store into an existing folder. Documents are added as id sequences and packed into windows without
 * padding; `endSplit` drops the started window (its tokens are counted) so that no window mixes two splits.
 */
export class TokenWriter {
  #window: Uint16Array | Uint32Array
  #filled = 0
  #contexts = 0
  #trainContexts: number | undefined
  #starts: number[] = []
  #droppedTokens = 0
  #written = 0

  private constructor(
    private readonly folder: string,
    private readonly options: TokenWriterOptions,
    private readonly tokens: AtomicFile,
    private readonly documents: AtomicFile,
  ) {
    this.#window =
      options.vocabSize <= 65536 ? new Uint16Array(options.contextSize) : new Uint32Array(options.contextSize)
  }

  static async open(folder: string, options: TokenWriterOptions): Promise<TokenWriter> {
    const tokens = await AtomicFile.open(join(folder, TOKENS))
    const documents = await AtomicFile.open(join(folder, STARTS)).catch(async (error: unknown) => {
      await tokens.abort()
      throw error
    })
    return new TokenWriter(folder, options, tokens, documents)
  }

  get contexts(): number {
    return this.#contexts
  }

  /** Tokens that fell into no whole window. */
  get droppedTokens(): number {
    return this.#droppedTokens
  }

  /** Appends one document: the BOS token if there is one, then `ids`. Error: `tokens_invalid` for an id outside the vocabulary. */
  async add(ids: ArrayLike<number>): Promise<void> {
    const { bosTokenId, vocabSize } = this.options
    if (ids.length > 0 || bosTokenId !== null)
      this.#starts.push(this.#contexts * this.options.contextSize + this.#filled)
    if (bosTokenId !== null) await this.#push(bosTokenId)
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!
      if (!(id >= 0 && id < vocabSize))
        throw new FormatError('tokens_invalid', `The tokenizer gave id ${id}; the vocabulary has ${vocabSize}`, {
          hint: 'Tokenizer and model do not belong together.',
        })
      this.#window[this.#filled++] = id
      if (this.#filled === this.#window.length) await this.#flush()
    }
  }

  /** Ends the train split; what is added from here on is held out. */
  async endTrain(): Promise<void> {
    this.#dropWindow()
    this.#trainContexts = this.#contexts
  }

  /** Drops the started window of the last split; nothing may be added afterwards. Returns the final counts. */
  endSplits(): { contexts: number; droppedTokens: number } {
    this.#dropWindow()
    return { contexts: this.#contexts, droppedTokens: this.#droppedTokens }
  }

  /** Makes the store complete; returns the manifest. */
  async finish(extra: unknown): Promise<Manifest<TokensData>> {
    this.#dropWindow()
    const { contextSize, vocabSize, bosTokenId } = this.options
    const train = this.#trainContexts ?? this.#contexts
    const data: TokensData = {
      context_size: contextSize,
      n_contexts: this.#contexts,
      n_train: train,
      n_held_out: this.#contexts - train,
      n_tokens: this.#contexts * contextSize,
      dtype: this.#window instanceof Uint16Array ? 'uint16' : 'uint32',
      vocab_size: vocabSize,
      bos_token_id: bosTokenId,
      n_document_starts: this.#written,
      extra,
    }
    const files: Record<string, WrittenFile> = {
      [TOKENS]: await this.tokens.commit(),
      [STARTS]: await this.documents.commit(),
    }
    await writeManifest(this.folder, KIND, { files, data })
    return { files, data }
  }

  async abort(): Promise<void> {
    await this.tokens.abort()
    await this.documents.abort()
  }

  async #push(id: number): Promise<void> {
    this.#window[this.#filled++] = id
    if (this.#filled === this.#window.length) await this.#flush()
  }

  /** Writes the full window and the starts that lie in it. */
  async #flush(): Promise<void> {
    await this.tokens.write(new Uint8Array(this.#window.buffer))
    this.#contexts++
    this.#filled = 0
    if (this.#starts.length === 0) return
    await this.documents.write(new Uint8Array(BigUint64Array.from(this.#starts, BigInt).buffer))
    this.#written += this.#starts.length
    this.#starts = []
  }

  #dropWindow(): void {
    this.#droppedTokens += this.#filled
    this.#filled = 0
    this.#starts = []
  }
}
