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

export class HalfRows {
  private readonly data: Uint16Array

  constructor(
    private readonly kind: HalfKind,
    rows: number,
    private readonly width: number,
  ) {
    this.data = new Uint16Array(rows * width)
  }

  /** Keeps `values` [rows, width] from row `first` on. */
  put(values: Float32Array, first: number): void {
    const round = this.kind === 'float16' ? toHalf : toBrain
    const at = first * this.width
    for (let i = 0; i < values.length; i++) this.data[at + i] = round(values[i]!)
  }

  /** Copies rows, one after another, to `to` from its row `first` on. */
  copy(rows: Uint32Array, to: Float32Array, first: number): void {
    const { data, width } = this
    const words = new Uint32Array(to.buffer, to.byteOffset, to.length)
    const table = this.kind === 'float16' ? halves() : null
    let at = first * width
    for (const row of rows) {
      for (let i = row * width; i < (row + 1) * width; i++) words[at++] = table ? table[data[i]!]! : data[i]! << 16
    }
  }
}
