// Writing .npz files: a ZIP of .npy arrays, stored without compression, one array in memory at a time.
import { FormatError } from '../errors.js'
import type { AtomicOptions, WrittenFile } from '../files/atomic.js'
import { MAX_ZIP_BYTES, writeStoredZip } from '../files/stored-zip.js'
import { DTYPE_BYTES } from '../safetensors/dtypes.js'
import { NPY_DTYPES, type NpyDtype, npyHeader } from './npy.js'

export interface NpyArray {
  /** Name without `.npy`. */
  readonly name: string
  readonly dtype: NpyDtype
  readonly shape: readonly number[]
  /** Row-major, little endian; exactly as many bytes as dtype and shape say. */
  readonly data: ArrayBufferView
}

const PIECE = 2 ** 22
/**
 * Writes `arrays` as the whole of `path`, atomically.
 * @throws FormatError `npz_too_large` from 4 GiB on, `npz_invalid` for a repeated name or a wrong length, `disk_full`.
 */
export async function writeNpz(
  path: string,
  arrays: readonly NpyArray[],
  options: AtomicOptions = {},
): Promise<WrittenFile> {
  checkArrays(path, arrays)
  const members = arrays.map((array) => ({ name: `${array.name}.npy`, pieces: () => piecesOf(array) }))
  return writeStoredZip(path, members, options)
}

function* piecesOf({ dtype, shape, data }: NpyArray): Generator<Uint8Array> {
  yield npyHeader(dtype, shape)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE)
}

function checkArrays(file: string, arrays: readonly NpyArray[]): void {
  const names = new Set<string>()
  let total = 0
  for (const { name, dtype, shape, data } of arrays) {
    const expected = shape.reduce((product, size) => product * size, DTYPE_BYTES[NPY_DTYPES[dtype]])
    if (names.has(name)) throw new FormatError('npz_invalid', `The name "${name}" is given twice`, { file })
    if (data.byteLength !== expected) {
      throw new FormatError('npz_invalid', `"${name}" has ${data.byteLength} bytes, its shape needs ${expected}`, {
        file,
      })
    }
    names.add(name)
    total += expected + 1024
  }
  if (total > MAX_ZIP_BYTES) {
    throw new FormatError('npz_too_large', `The arrays need ${total} bytes, an npz file here holds less than 4 GiB`, {
      file,
      hint: 'Make smaller shards, or use safetensors.',
    })
  }
}
