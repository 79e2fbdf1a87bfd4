// The document store: the texts of a dataset one after another (documents.bin, UTF-8), where each begins (documents.idx,
// u64 little endian, one more than there are documents), and a manifest. Written once, as a stream; read by position.
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FormatError } from '../errors.js'
import { AtomicFile, type WrittenFile } from '../files/atomic.js'
import { type Manifest, openManifest, writeManifest } from '../files/manifest.js'
import { openRegularFile, readExactly } from '../files/open.js'

const TEXTS = 'documents.bin'
const INDEX = 'documents.idx'
const KIND = 'documents'

const DocumentsDataSchema = z.object({
  documents: z.int().min(0),
  /** UTF-8 bytes of all texts. */
  bytes: z.int().min(0),
  /** UTF-16 code units of all texts, as JavaScript counts. */
  characters: z.int().min(0),
  /** Whatever the import wants to remember (source, skipped lines ...). */
  extra: z.unknown(),
})
export type DocumentsData = z.infer<typeof DocumentsDataSchema>

/** Writes a store into an existing folder. `add` texts, then `finish`, or `abort`. Errors: `disk_full`. */
export class DocumentWriter {
  readonly #encoder = new TextEncoder()
  #documents = 0
  #characters = 0

  private constructor(
    private readonly folder: string,
    private readonly texts: AtomicFile,
    private readonly index: AtomicFile,
  ) {}

  static async open(folder: string): Promise<DocumentWriter> {
    const texts = await AtomicFile.open(join(folder, TEXTS))
    const index = await AtomicFile.open(join(folder, INDEX)).catch(async (error: unknown) => {
      await texts.abort()
      throw error
    })
    await index.write(offsetBytes(0))
    return new DocumentWriter(folder, texts, index)
  }

  get documents(): number {
    return this.#documents
  }

  /** UTF-8 bytes so far. */
  get bytes(): number {
    return this.texts.bytes
  }

  get characters(): number {
    return this.#characters
  }

  async add(text: string): Promise<void> {
    await this.texts.write(this.#encoder.encode(text))
    await this.index.write(offsetBytes(this.texts.bytes))
    this.#documents++
    this.#characters += text.length
  }

  /** Makes the store complete; returns the manifest. */
  async finish(extra: unknown): Promise<Manifest<DocumentsData>> {
    const data = { documents: this.#documents, bytes: this.bytes, characters: this.#characters, extra }
    const files: Record<string, WrittenFile> = {
      [TEXTS]: await this.texts.commit(),
      [INDEX]: await this.index.commit(),
    }
    await writeManifest(this.folder, KIND, { files, data })
    return { files, data }
  }

  async abort(): Promise<void> {
    await this.texts.abort()
    await this.index.abort()
  }
}

function offsetBytes(offset: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(offset), true)
  return bytes
}

/** Bytes of text read at once while iterating. */
const BATCH_BYTES = 4 * 2 ** 20
/** Documents whose offsets are read at once. */
const BATCH_DOCUMENTS = 8192

/** Read access to a store. Close it when done. */
export class DocumentReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  private constructor(
    private readonly folder: string,
    readonly manifest: Manifest<DocumentsData>,
    private readonly texts: FileHandle,
    private readonly index: FileHandle,
  ) {}

  /** Errors: `manifest_missing`, `manifest_invalid`, `file_incomplete`, `file_damaged`, `store_invalid`. */
  static async open(folder: string): Promise<DocumentReader> {
    const manifest = await openManifest(folder, KIND, DocumentsDataSchema)
    const { documents, bytes } = manifest.data
    if (manifest.files[TEXTS]?.bytes !== bytes || manifest.files[INDEX]?.bytes !== 8 * (documents + 1))
      throw new FormatError('store_invalid', 'The manifest contradicts itself', { file: folder })
    const { handle: texts } = await openRegularFile(join(folder, TEXTS))
    const { handle: index } = await openRegularFile(join(folder, INDEX)).catch(async (error: unknown) => {
      await texts.close()
      throw error
    })
    return new DocumentReader(folder, manifest, texts, index)
  }

  get length(): number {
    return this.manifest.data.documents
  }

  /** Texts of documents [first, first + count), clipped to what exists. */
  async read(first: number, count: number): Promise<string[]> {
    const end = Math.min(this.length, first + count)
    if (first < 0 || first >= end) return []
    const offsets = await this.#offsets(first, end)
    return this.#decode(offsets, 0, end - first)
  }

  /** Texts of documents [first, end) in order, in batches of bounded size. */
  async *batches(first = 0, end = this.length): AsyncGenerator<string[]> {
    for (let at = first; at < end; at += BATCH_DOCUMENTS) {
      const until = Math.min(end, at + BATCH_DOCUMENTS)
      const offsets = await this.#offsets(at, until)
      let from = 0
      while (from < until - at) {
        let to = from + 1
        while (to < until - at && offsets[to + 1]! - offsets[from]! <= BATCH_BYTES) to++
        yield await this.#decode(offsets, from, to)
        from = to
      }
    }
  }

  async close(): Promise<void> {
    await this.texts.close()
    await this.index.close()
  }

  /** Offsets of documents [first, end] (end included), checked to ascend inside the file. */
  async #offsets(first: number, end: number): Promise<Float64Array> {
    const raw = new BigUint64Array(end - first + 1)
    await readExactly(this.index, new Uint8Array(raw.buffer), first * 8, join(this.folder, INDEX))
    const offsets = Float64Array.from(raw, Number)
    let before = 0
    for (const offset of offsets) {
      if (offset < before || offset > this.manifest.data.bytes)
        throw new FormatError('store_invalid', 'The offsets of the documents do not ascend', {
          file: join(this.folder, INDEX),
          hint: 'Import the dataset again.',
        })
      before = offset
    }
    return offsets
  }

  async #decode(offsets: Float64Array, from: number, to: number): Promise<string[]> {
    const start = offsets[from]!
    const bytes = new Uint8Array(offsets[to]! - start)
    await readExactly(this.texts, bytes, start, join(this.folder, TEXTS))
    const texts: string[] = []
    for (let i = from; i < to; i++)
      texts.push(this.#text(bytes.subarray(offsets[i]! - start, offsets[i + 1]! - start), i))
    return texts
  }

  #text(bytes: Uint8Array, index: number): string {
    try {
      return this.#decoder.decode(bytes)
    } catch (error) {
      throw new FormatError('store_invalid', 'A stored document is not UTF-8', {
        file: join(this.folder, TEXTS),
        where: `document ${index}`,
        hint: 'The file is damaged; import the dataset again.',
        cause: error,
      })
    }
  }
}
