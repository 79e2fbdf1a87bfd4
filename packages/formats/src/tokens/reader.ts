// Reading a token store: windows by number, document starts per window.
import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError } from '../errors.js'
import { type Manifest, openManifest } from '../files/manifest.js'
import { openRegularFile, readWhole } from '../files/open.js'
import { KIND, STARTS, TOKENS, type TokensData, TokensDataSchema } from './layout.js'

/** Bytes read ahead when contexts are asked for one after another. */
const PAGE_BYTES = 2 ** 20

/**
 * Read access to a token store. Reads are synchronous: they are small, come from the page cache, and happen in a
 * process that serves nobody else. Context c < `trainContexts` is train, the rest is held out.
 */
export class TokenReader {
  #page: Int32Array = new Int32Array(0)
  #pageFirst = 0

  private constructor(
    private readonly folder: string,
    readonly manifest: Manifest<TokensData>,
    private readonly file: FileHandle,
    private readonly starts: Float64Array,
  ) {}

  /** Errors: `manifest_missing`, `manifest_invalid`, `file_incomplete`, `file_damaged`, `tokens_invalid`. */
  static async open(folder: string): Promise<TokenReader> {
    const manifest = await openManifest(folder, KIND, TokensDataSchema)
    const { n_contexts, n_train, n_held_out, context_size, n_tokens, n_document_starts, dtype } = manifest.data
    const width = dtype === 'uint16' ? 2 : 4
    const agrees =
      n_train + n_held_out === n_contexts &&
      n_contexts * context_size === n_tokens &&
      manifest.files[TOKENS]?.bytes === n_tokens * width &&
      manifest.files[STARTS]?.bytes === n_document_starts * 8
    if (!agrees) throw new FormatError('tokens_invalid', 'The manifest contradicts itself', { file: folder })
    const raw = Buffer.from((await readWhole(join(folder, STARTS), n_document_starts * 8)).buffer)
    const starts = new Float64Array(n_document_starts)
    for (let i = 0; i < starts.length; i++) starts[i] = Number(raw.readBigUInt64LE(i * 8))
    return new TokenReader(folder, manifest, (await openRegularFile(join(folder, TOKENS))).handle, starts)
  }

  get contextSize(): number {
    return this.manifest.data.context_size
  }

  get contexts(): number {
    return this.manifest.data.n_contexts
  }

  get trainContexts(): number {
    return this.manifest.data.n_train
  }

  get heldOutContexts(): number {
    return this.manifest.data.n_held_out
  }

  get vocabSize(): number {
    return this.manifest.data.vocab_size
  }

  get bosTokenId(): number | null {
    return this.manifest.data.bos_token_id
  }

  /** Token ids [contextSize] of one context; valid until the next call. */
  tokens(context: number): Int32Array {
    this.#check(context, 1)
    const size = this.contextSize
    const inPage = (context - this.#pageFirst) * size
    if (inPage < 0 || inPage + size > this.#page.length) {
      const count = Math.min(this.contexts - context, Math.max(1, Math.floor(PAGE_BYTES / (size * 4))))
      this.#page = this.read(context, count)
      this.#pageFirst = context
    }
    const at = (context - this.#pageFirst) * size
    return this.#page.subarray(at, at + size)
  }

  /** Token ids [count · contextSize] of contexts [first, first + count), freshly allocated. */
  read(first: number, count: number): Int32Array {
    this.#check(first, count)
    const length = count * this.contextSize
    const short = this.manifest.data.dtype === 'uint16'
    const raw = short ? new Uint16Array(length) : new Uint32Array(length)
    const bytes = new Uint8Array(raw.buffer)
    const position = first * this.contextSize * raw.BYTES_PER_ELEMENT
    let done = 0
    while (done < bytes.byteLength) {
      const got = readSync(this.file.fd, bytes, done, bytes.byteLength - done, position + done)
      if (got === 0)
        throw new FormatError('file_incomplete', 'The file ends too early', { file: join(this.folder, TOKENS) })
      done += got
    }
    const { vocabSize } = this
    const ids = Int32Array.from(raw)
    for (const id of ids)
      if (id < 0 || id >= vocabSize)
        throw new FormatError('tokens_invalid', `Token id ${id} is outside the vocabulary of ${vocabSize}`, {
          file: join(this.folder, TOKENS),
          hint: 'The file is damaged; tokenize again.',
        })
    return ids
  }

  /** Ascending positions (0 ≤ p < contextSize) at which documents begin in a context. */
  documentStarts(context: number): number[] {
    this.#check(context, 1)
    const begin = context * this.contextSize
    const found: number[] = []
    for (
      let i = firstAtLeast(this.starts, begin);
      i < this.starts.length && this.starts[i]! < begin + this.contextSize;
      i++
    )
      found.push(this.starts[i]! - begin)
    return found
  }

  /** The document of every token of a context, [contextSize]: a number that is the same in all contexts a document reaches into. */
  documents(context: number): Int32Array {
    this.#check(context, 1)
    const begin = context * this.contextSize
    let next = firstAtLeast(this.starts, begin)
    return Int32Array.from({ length: this.contextSize }, (_, position) => {
      while (next < this.starts.length && this.starts[next]! <= begin + position) next++
      return next - 1
    })
  }

  close(): Promise<void> {
    return this.file.close()
  }

  #check(first: number, count: number): void {
    if (!(Number.isInteger(first) && first >= 0 && count >= 0 && first + count <= this.contexts))
      throw new RangeError(`Contexts ${first} to ${first + count} of ${this.contexts}`)
  }
}

/** Index of the first element ≥ `value` of an ascending array. */
function firstAtLeast(ascending: Float64Array, value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
