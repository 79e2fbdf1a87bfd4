// Reading tensors of one safetensors file by position. The file is opened per read, so nothing needs closing and a
// source can be kept for as long as one likes; a file that changed since its header was read is refused.
import type { FileHandle } from 'node:fs/promises'
import { FormatError } from '../errors.js'
import { openRegularFile, readExactly } from '../files/open.js'
import { DTYPE_BYTES, toFloat32, toFloat64 } from './dtypes.js'
import { headerLength, parseHeader, type SafetensorsHeader, type TensorEntry } from './header.js'

/** Weights by name, wherever they come from. Shapes are row-major. */
export interface TensorSource {
  /** Tensor names, sorted. */
  names(): readonly string[]
  /** dtype as stored (`F32`, `F16`, `BF16` ...) and shape. Error: `safetensors_tensor_missing`. */
  info(name: string): { readonly dtype: string; readonly shape: readonly number[] }
  /** The whole tensor; F32, F16 and BF16 exactly, F64 and integers rounded to the nearest float32. */
  float32(name: string): Promise<Float32Array>
}

/** A source that can also be read piece by piece, for tensors larger than one wants in memory. */
export interface StreamedTensorSource extends TensorSource {
  /**
   * The values of a tensor in order, as pieces of at most a few million; converted as {@link TensorSource.float32} does. A piece is valid
   * until the next is asked for.
   */
  float32Pieces(name: string): AsyncIterable<Float32Array>
}

/** A source whose matrices can be read by rows, for files larger than one wants in memory. */
export interface RowSource extends TensorSource {
  /**
   * `count` rows of a matrix [rows, width] from row `first` on, converted as {@link TensorSource.float32} does.
   * @throws FormatError `file_incomplete` for rows that it does not have.
   */
  float32Rows(name: string, first: number, count: number): Promise<Float32Array>
}

/** Bytes converted at once: bounds the memory beside the result. A multiple of every element size. */
const CHUNK_BYTES = 2 ** 24

export class SafetensorsFile implements StreamedTensorSource, RowSource {
  readonly #sorted: readonly string[]

  private constructor(
    readonly path: string,
    readonly header: SafetensorsHeader,
    private readonly identity: { size: number; mtimeMs: number },
  ) {
    this.#sorted = [...header.tensors.keys()].sort()
  }

  /** Reads and checks the header only. Errors: `FormatError` with a `safetensors_*` or `file_*` code. */
  static async open(path: string): Promise<SafetensorsFile> {
    const { handle, size, mtimeMs } = await openRegularFile(path)
    try {
      const prefix = new Uint8Array(Math.min(8, size))
      await readExactly(handle, prefix, 0, path)
      const json = new Uint8Array(headerLength(prefix, size, path))
      await readExactly(handle, json, 8, path)
      return new SafetensorsFile(path, parseHeader(json, size, path), { size, mtimeMs })
    } finally {
      await handle.close()
    }
  }

  names(): readonly string[] {
    return this.#sorted
  }

  has(name: string): boolean {
    return this.header.tensors.has(name)
  }

  info(name: string): TensorEntry {
    const entry = this.header.tensors.get(name)
    if (!entry) throw missingTensor(name, this.path, this.#sorted)
    return entry
  }

  async float32(name: string): Promise<Float32Array> {
    const entry = this.info(name)
    const out = new Float32Array(entry.bytes / DTYPE_BYTES[entry.dtype])
    await this.#withFile(async (handle) => {
      if (entry.dtype === 'F32') {
        await readExactly(handle, new Uint8Array(out.buffer), entry.offset, this.path)
        return
      }
      await this.#chunks(handle, entry, (bytes, at) =>
        this.#converted(toFloat32(entry.dtype, bytes, out, at), name, entry),
      )
    })
    return out
  }

  async float32Rows(name: string, first: number, count: number): Promise<Float32Array> {
    const entry = this.info(name)
    const width = checkedWidth(entry.shape, first, count, name, this.path)
    const out = new Float32Array(count * width)
    const size = DTYPE_BYTES[entry.dtype]
    // Rows stored as float32 are read straight into place.
    const bytes = entry.dtype === 'F32' ? new Uint8Array(out.buffer) : new Uint8Array(count * width * size)
    await this.#withFile((handle) => readExactly(handle, bytes, entry.offset + first * width * size, this.path))
    if (entry.dtype !== 'F32') this.#converted(toFloat32(entry.dtype, bytes, out, 0), name, entry)
    return out
  }

  async *float32Pieces(name: string): AsyncGenerator<Float32Array> {
    const entry = this.info(name)
    const size = DTYPE_BYTES[entry.dtype]
    const bytes = new Uint8Array(Math.min(CHUNK_BYTES, entry.bytes))
    const values = new Float32Array(bytes.byteLength / size)
    const handle = await this.#open()
    try {
      for (let done = 0; done < entry.bytes; done += bytes.byteLength) {
        const read = bytes.subarray(0, Math.min(bytes.byteLength, entry.bytes - done))
        await readExactly(handle, read, entry.offset + done, this.path)
        this.#converted(toFloat32(entry.dtype, read, values, 0), name, entry)
        yield values.subarray(0, read.byteLength / size)
      }
    } finally {
      await handle.close()
    }
  }

  /** The whole tensor as float64: exact for every dtype but 64-bit integers beyond 2^53. */
  async float64(name: string): Promise<Float64Array> {
    const entry = this.info(name)
    const out = new Float64Array(entry.bytes / DTYPE_BYTES[entry.dtype])
    await this.#withFile((handle) =>
      this.#chunks(handle, entry, (bytes, at) => this.#converted(toFloat64(entry.dtype, bytes, out, at), name, entry)),
    )
    return out
  }

  /** The stored bytes of a tensor, little endian. */
  async raw(name: string): Promise<Uint8Array> {
    const entry = this.info(name)
    const out = new Uint8Array(entry.bytes)
    await this.#withFile((handle) => readExactly(handle, out, entry.offset, this.path))
    return out
  }

  async #chunks(handle: FileHandle, entry: TensorEntry, take: (bytes: Uint8Array, at: number) => void): Promise<void> {
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, entry.bytes))
    for (let done = 0; done < entry.bytes; done += buffer.byteLength) {
      const bytes = buffer.subarray(0, Math.min(buffer.byteLength, entry.bytes - done))
      await readExactly(handle, bytes, entry.offset + done, this.path)
      take(bytes, done / DTYPE_BYTES[entry.dtype])
    }
  }

  #converted(done: boolean, name: string, entry: TensorEntry): void {
    if (!done)
      throw new FormatError('safetensors_dtype_unsupported', `Tensors stored as ${entry.dtype} cannot be converted`, {
        file: this.path,
        where: `tensor ${name}`,
        hint: 'Save the model as F32, F16 or BF16.',
      })
  }

  async #withFile<T>(work: (handle: FileHandle) => Promise<T>): Promise<T> {
    const handle = await this.#open()
    try {
      return await work(handle)
    } finally {
      await handle.close()
    }
  }

  /** The file, if it is still the one whose header was read. */
  async #open(): Promise<FileHandle> {
    const { handle, size, mtimeMs } = await openRegularFile(this.path)
    if (size === this.identity.size && mtimeMs === this.identity.mtimeMs) return handle
    await handle.close()
    throw new FormatError('file_changed', 'The file changed after its header was read', {
      file: this.path,
      hint: 'Register the model again.',
    })
  }
}

/** Width of a matrix of which rows [first, first + count) are asked for. */
export function checkedWidth(
  [rows, width, ...more]: readonly number[],
  first: number,
  count: number,
  name: string,
  file: string,
): number {
  if (rows !== undefined && width !== undefined && more.length === 0 && first >= 0 && first + count <= rows)
    return width
  throw new FormatError('file_incomplete', `"${name}" has no rows ${first} to ${first + count - 1}`, { file })
}

export function missingTensor(name: string, file: string, names: readonly string[]): FormatError {
  const shown = names.slice(0, 5).join(', ')
  return new FormatError('safetensors_tensor_missing', `There is no tensor "${name}"`, {
    file,
    hint:
      names.length === 0
        ? 'The file holds no tensor.'
        : `It holds ${names.length} tensors: ${shown}${names.length > 5 ? ' ...' : ''}`,
  })
}
