// The header of a .npy array (NumPy format 1.0): magic, version, header length, a Python dict literal, padding. Written
// and parsed by its published layout; only plain numbers in C order, so nothing in a file is ever executed.
import { FormatError } from '../errors.js'
import type { SafetensorsDtype } from '../safetensors/dtypes.js'

/** Element types that are written and read, by NumPy's little-endian names. */
export const NPY_DTYPES = {
  '<f4': 'F32',
  '<f2': 'F16',
  '<f8': 'F64',
  '<i4': 'I32',
  '<i8': 'I64',
} as const satisfies Record<string, SafetensorsDtype>
export type NpyDtype = keyof typeof NPY_DTYPES

/** `\x93NUMPY`. */
const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)
const PREFIX = 10
/** Header and prefix together are a multiple of this. */
const ALIGNMENT = 64
/** Longest header that is parsed: far above what any numeric array needs. */
export const MAX_NPY_HEADER = PREFIX + 65_535

export interface NpyHeader {
  readonly dtype: NpyDtype
  readonly shape: readonly number[]
  /** Bytes before the first element. */
  readonly offset: number
}

/** The bytes before the data of an array in C order. */
export function npyHeader(dtype: NpyDtype, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const dict = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`
  const total = Math.ceil((PREFIX + dict.length + 1) / ALIGNMENT) * ALIGNMENT
  const bytes = new Uint8Array(total).fill(0x20)
  bytes.set(MAGIC)
  bytes.set([1, 0], MAGIC.length)
  new DataView(bytes.buffer).setUint16(8, total - PREFIX, true)
  bytes.set(new TextEncoder().encode(dict), PREFIX)
  bytes[total - 1] = 0x0a
  return bytes
}

/**
 * Parses the beginning of an array.
 * @param where named in errors, for example the file and the member.
 * @throws FormatError `npy_invalid`; `npy_dtype_unsupported` for anything but the dtypes above, objects (pickles) too.
 */
export function parseNpyHeader(bytes: Uint8Array, where: { file: string; where: string }): NpyHeader {
  const bad = (what: string): never => {
    throw new FormatError('npy_invalid', what, where)
  }
  if (bytes.length < PREFIX || MAGIC.some((byte, i) => bytes[i] !== byte)) bad('This is not a NumPy array')
  if (bytes[6] !== 1 && bytes[6] !== 2) bad(`NumPy format ${bytes[6]}.${bytes[7]} is not known here`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = bytes[6] === 2
  if (wide && bytes.length < 12) bad('The header is cut off')
  const begin = wide ? 12 : PREFIX
  const offset = begin + (wide ? view.getUint32(8, true) : view.getUint16(8, true))
  if (offset > bytes.length) bad('The header is cut off or too long')
  const text = new TextDecoder('latin1').decode(bytes.subarray(begin, offset))
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1]
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1]
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1]
  if (descr === undefined || !Object.hasOwn(NPY_DTYPES, descr)) {
    throw new FormatError('npy_dtype_unsupported', `Arrays of type ${descr ?? 'unknown'} are not read`, {
      ...where,
      hint: 'Save plain numbers: float16, float32, float64, int32 or int64, little endian. Objects are never unpickled.',
    })
  }
  if (shape === undefined || order === undefined) return bad('The header lacks its shape or order')
  const sizes = shape
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number)
  if (!Number.isSafeInteger(sizes.reduce((product, size) => product * size, 8))) bad('The shape is too large')
  if (order === 'True' && sizes.length > 1) bad('The array is in Fortran order; save it in C order')
  return { dtype: descr as NpyDtype, shape: sizes, offset }
}
