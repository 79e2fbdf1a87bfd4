// Rows of activations kept in two bytes a value: IEEE half precision or bfloat16, rounded to the nearest, read back as float32. Rounding
// depends on the value alone, so a block harvested again is the same.
import { float16Bits, float16ToFloat32Bits } from '@mistudio/formats'

export type HalfKind = 'float16' | 'bfloat16'

const single = new Float32Array(1)
const bits = new Uint32Array(single.buffer)
/** Largest finite half, without its sign. */
const LARGEST_HALF = 0x7bff
const INFINITE_HALF = 0x7c00

/** Nearest half; what is beyond its range (±65,504) becomes its end: an infinite activation would end the training. */
function toHalf(value: number): number {
  const half = float16Bits(value)
  return (half & 0x7fff) === INFINITE_HALF && Number.isFinite(value) ? (half & 0x8000) | LARGEST_HALF : half
}

/** Upper half of the float32, rounded to the nearest, to even in a tie. */
function toBrain(value: number): number {
  single[0] = value
  const word = bits[0]!
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff
}

let halfTable: Uint32Array | null = null
const halves = (): Uint32Array => {
  halfTable ??= Uint32Array.from({ length: 2 ** 16 }, (_, half) => float16ToFloat32Bits(half))
  return halfTable
}

/** Values rounded to two bytes each. */
export function toHalves(kind: HalfKind, values: Float32Array): Uint16Array {
  const round = kind === 'float16' ? toHalf : toBrain
  const out = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = round(values[i]!)
  return out
}

/** What was rounded, as float32 into `to` from its element `at` on. */
export function fromHalves(kind: HalfKind, from: Uint16Array, to: Float32Array, at: number): void {
  const words = new Uint32Array(to.buffer, to.byteOffset + 4 * at, from.length)
  if (kind === 'bfloat16') for (let i = 0; i < from.length; i++) words[i] = from[i]! << 16
  else {
    const table = halves()
    for (let i = 0; i < from.length; i++) words[i] = table[from[i]!]!
  }
}
