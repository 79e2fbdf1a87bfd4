// Writing .npz files: a ZIP of .npy arrays, stored without compression, one array in memory at a time. The same arrays
// give the same bytes: no clock goes in.
import { Zip, ZipPassThrough } from 'fflate'
import { FormatError } from '../errors.js'
import { AtomicFile, type AtomicOptions, type WrittenFile } from '../files/atomic.js'
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

/** ZIP without its 64-bit extension ends here. */
const MAX_BYTES = 2 ** 32 - 1
const PIECE = 2 ** 22
/** The earliest time a ZIP can hold, in local time as the format has it. */
const EPOCH = new Date(1980, 0, 1)

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
  const file = await AtomicFile.open(path, options)
  try {
    const ready: Uint8Array[] = []
    const zip = new Zip((error, chunk) => {
      if (error) throw error
      ready.push(chunk)
    })
    const drain = async () => {
      for (const chunk of ready.splice(0)) await file.write(chunk)
    }
    for (const { name, dtype, shape, data } of arrays) {
      const member = new ZipPassThrough(`${name}.npy`)
      member.mtime = EPOCH
      zip.add(member)
      member.push(npyHeader(dtype, shape))
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      for (let at = 0; at < bytes.length; at += PIECE) {
        member.push(bytes.subarray(at, at + PIECE))
        await drain()
      }
      member.push(new Uint8Array(0), true)
      await drain()
    }
    zip.end()
    await drain()
    return await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
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
  if (total > MAX_BYTES) {
    throw new FormatError('npz_too_large', `The arrays need ${total} bytes, an npz file here holds less than 4 GiB`, {
      file,
      hint: 'Make smaller shards, or use safetensors.',
    })
  }
}
