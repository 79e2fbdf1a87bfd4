// Writing safetensors files: tensors are taken one at a time, so memory holds one tensor, and the file appears whole.
import { FormatError } from '../errors.js'
import { AtomicFile, type AtomicOptions, type WrittenFile } from '../files/atomic.js'
import { DTYPE_BYTES, type SafetensorsDtype } from './dtypes.js'

export interface TensorToWrite {
  readonly name: string
  readonly dtype: SafetensorsDtype
  readonly shape: readonly number[]
  /** Little-endian elements, or a function that makes them when their turn comes. */
  readonly data: ArrayBufferView | (() => Promise<ArrayBufferView> | ArrayBufferView)
}

/**
 * Writes `tensors` to `path` atomically. As the reference writer does, tensors are ordered by descending element size, then name, and
 * the header is padded to 8 bytes, so that every element is aligned. Errors: `safetensors_shape_mismatch`, `disk_full`.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
  options: AtomicOptions = {},
): Promise<WrittenFile> {
  const ordered = [...tensors].sort(
    (a, b) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype] || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
  const header = encodeHeader(ordered, metadata, path)
  const file = await AtomicFile.open(path, options)
  try {
    await file.write(header)
    for (const tensor of ordered) {
      const view = typeof tensor.data === 'function' ? await tensor.data() : tensor.data
      if (view.byteLength !== byteLength(tensor))
        throw new FormatError(
          'safetensors_shape_mismatch',
          `${tensor.dtype} [${tensor.shape.join(', ')}] needs ${byteLength(tensor)} bytes, the data has ${view.byteLength}`,
          {
            file: path,
            where: `tensor ${tensor.name}`,
          },
        )
      await file.write(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
    }
    return await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
}

const byteLength = ({ dtype, shape }: TensorToWrite): number =>
  shape.reduce((product, n) => product * n, DTYPE_BYTES[dtype])

function encodeHeader(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
  path: string,
): Uint8Array {
  const fields = new Map<string, unknown>()
  if (Object.keys(metadata).length > 0) fields.set('__metadata__', metadata)
  let at = 0
  for (const tensor of tensors) {
    if (fields.has(tensor.name))
      throw new FormatError('safetensors_duplicate_key', `The name "${tensor.name}" is given twice`, { file: path })
    const end = at + byteLength(tensor)
    fields.set(tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [at, end] })
    at = end
  }
  const members = [...fields].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  const json = new TextEncoder().encode(`{${members.join(',')}}`)
  const length = Math.ceil(json.byteLength / 8) * 8
  const bytes = new Uint8Array(8 + length).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(json, 8)
  return bytes
}
