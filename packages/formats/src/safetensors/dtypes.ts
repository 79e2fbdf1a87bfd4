// Element types of the safetensors format and their exact conversion to float32 and float64. Little endian throughout.
import { endianness } from 'node:os'

if (endianness() !== 'LE') throw new Error('Big-endian machines are not supported: tensor files are read in place')

/** Bytes per element of every dtype that a header may name. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const
export type SafetensorsDtype = keyof typeof DTYPE_BYTES

export const isDtype = (name: string): name is SafetensorsDtype => Object.hasOwn(DTYPE_BYTES, name)

/** Bits of a float32 for the bits of an IEEE binary16; exact, including subnormals, infinities and NaN payloads. */
export function float16ToFloat32Bits(half: number): number {
  const sign = (half & 0x8000) << 16
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0
  if (fraction === 0) return sign >>> 0
  // Subnormal half: shift until the leading one is in bit 10, then it is a normal float32.
  const shift = Math.clz32(fraction) - 21
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0
}

let halfTable: Uint32Array | undefined
function float16Table(): Uint32Array {
  if (!halfTable) {
    halfTable = new Uint32Array(65536)
    for (let half = 0; half < 65536; half++) halfTable[half] = float16ToFloat32Bits(half)
  }
  return halfTable
}

/**
 * Converts `bytes` (whole elements of `dtype`) into `out` from index `at`. F16, BF16 and F32 are exact bit for bit;
 * F64 and integers are rounded to the nearest float32. Returns false for a dtype that has no such conversion (F8).
 */
export function toFloat32(dtype: SafetensorsDtype, bytes: Uint8Array, out: Float32Array, at: number): boolean {
  const count = bytes.byteLength / DTYPE_BYTES[dtype]
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length)
  if (dtype === 'F16') {
    const table = float16Table()
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, count)
    for (let i = 0; i < count; i++) bits[at + i] = table[halves[i]!]!
    return true
  }
  if (dtype === 'BF16') {
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, count)
    for (let i = 0; i < count; i++) bits[at + i] = halves[i]! << 16
    return true
  }
  const values = viewOf(dtype, bytes)
  if (!values) return false
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    for (let i = 0; i < count; i++) out[at + i] = Number(values[i]!)
  else out.set(values, at)
  return true
}

/** Like {@link toFloat32} for float64: exact for everything but 64-bit integers beyond 2^53. */
export function toFloat64(dtype: SafetensorsDtype, bytes: Uint8Array, out: Float64Array, at: number): boolean {
  const count = bytes.byteLength / DTYPE_BYTES[dtype]
  if (dtype === 'F16' || dtype === 'BF16') {
    const single = new Float32Array(count)
    toFloat32(dtype, bytes, single, 0)
    out.set(single, at)
    return true
  }
  const values = viewOf(dtype, bytes)
  if (!values) return false
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    for (let i = 0; i < count; i++) out[at + i] = Number(values[i]!)
  else out.set(values, at)
  return true
}

function viewOf(dtype: SafetensorsDtype, bytes: Uint8Array) {
  const { buffer, byteOffset } = bytes
  const count = bytes.byteLength / DTYPE_BYTES[dtype]
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer, byteOffset, count)
    case 'F32':
      return new Float32Array(buffer, byteOffset, count)
    case 'I64':
      return new BigInt64Array(buffer, byteOffset, count)
    case 'U64':
      return new BigUint64Array(buffer, byteOffset, count)
    case 'I32':
      return new Int32Array(buffer, byteOffset, count)
    case 'U32':
      return new Uint32Array(buffer, byteOffset, count)
    case 'I16':
      return new Int16Array(buffer, byteOffset, count)
    case 'U16':
      return new Uint16Array(buffer, byteOffset, count)
    case 'I8':
      return new Int8Array(buffer, byteOffset, count)
    case 'U8':
    case 'BOOL':
      return bytes
    default:
      return undefined
  }
}
