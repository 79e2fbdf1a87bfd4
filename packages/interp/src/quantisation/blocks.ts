// Block-wise integer quantisation of a weight matrix in the layout of ONNX Runtime's com.microsoft MatMulNBits. Arithmetic only: which
// layers are quantised is decided in layer.ts.
//
// Each output column of W is cut into blocks along d_in; a block of values w is stored as unsigned integers q with one scale s and one
// zero point z, and stands for s (q - z). d_in is padded with zeros to whole blocks.

export type Bits = 4 | 8

/** Values per block: small enough that int4 stays accurate, and the size for which ONNX Runtime's CPU kernels are written. */
export const BLOCK_SIZE = 32

/** A quantised matrix of `dOut` rows with `dIn` values each, that is Wᵀ of `x W`. */
export interface QuantisedMatrix {
  readonly bits: Bits
  readonly blockSize: number
  readonly dIn: number
  readonly dOut: number
  readonly blocks: number
  /** [dOut, blocks, blockSize × bits / 8]; at 4 bits the first of two neighbours is the low half of a byte. */
  readonly values: Uint8Array
  /** [dOut, blocks]. */
  readonly scales: Float32Array
  /** [dOut, ⌈blocks × bits / 8⌉], packed like the values. */
  readonly zeroPoints: Uint8Array
}

interface Scheme {
  readonly scale: number
  readonly zeroPoint: number
}

/** Spreads the range of the block, with 0 always in it, over all levels. */
function asymmetric(low: number, high: number, levels: number): Scheme {
  const scale = Math.fround((high - low) / (levels - 1))
  return { scale, zeroPoint: scale === 0 ? 0 : Math.round(-low / scale) }
}

/** Puts 0 in the middle and the value of largest magnitude on the lowest level, the one that has no counterpart. */
function symmetric(low: number, high: number, levels: number): Scheme {
  const extreme = -low > high ? low : high
  return { scale: Math.fround((-2 * extreme) / levels), zeroPoint: levels / 2 }
}

function level(value: number, { scale, zeroPoint }: Scheme, levels: number): number {
  if (scale === 0) return zeroPoint
  return Math.min(levels - 1, Math.max(0, Math.round(value / scale) + zeroPoint))
}

function squaredError(block: Float32Array, scheme: Scheme, levels: number): number {
  let sum = 0
  for (let i = 0; i < block.length; i++) {
    const difference = block[i]! - scheme.scale * (level(block[i]!, scheme, levels) - scheme.zeroPoint)
    sum += difference * difference
  }
  return sum
}

/** The scheme with the smaller squared error over the block. */
function bestScheme(block: Float32Array, levels: number): Scheme {
  let low = 0
  let high = 0
  for (let i = 0; i < block.length; i++) {
    if (block[i]! < low) low = block[i]!
    if (block[i]! > high) high = block[i]!
  }
  const spread = asymmetric(low, high, levels)
  const centred = symmetric(low, high, levels)
  return squaredError(block, centred, levels) < squaredError(block, spread, levels) ? centred : spread
}

/** Writes the `index`-th integer of a packed row that starts at `start`. */
function pack(target: Uint8Array, start: number, index: number, bits: Bits, value: number): void {
  if (bits === 8) target[start + index] = value
  else target[start + (index >> 1)]! |= value << (4 * (index & 1))
}

function unpack(source: Uint8Array, start: number, index: number, bits: Bits): number {
  if (bits === 8) return source[start + index]!
  return (source[start + (index >> 1)]! >> (4 * (index & 1))) & 15
}

function emptyMatrix(dIn: number, dOut: number, bits: Bits, blockSize: number): QuantisedMatrix {
  const blocks = Math.ceil(dIn / blockSize)
  return {
    bits,
    blockSize,
    dIn,
    dOut,
    blocks,
    values: new Uint8Array((dOut * blocks * blockSize * bits) / 8),
    scales: new Float32Array(dOut * blocks),
    zeroPoints: new Uint8Array(dOut * Math.ceil((blocks * bits) / 8)),
  }
}

/**
 * Quantises `rows` [dOut, dIn] (Wᵀ of `x W`). Each block takes the better of an asymmetric and a symmetric scheme, so no value moves by
 * more than half a step of the asymmetric one where that was chosen, and the squared error of a block is never above it.
 */
export function quantiseBlocks(
  rows: Float32Array,
  dIn: number,
  dOut: number,
  bits: Bits,
  blockSize = BLOCK_SIZE,
): QuantisedMatrix {
  const matrix = emptyMatrix(dIn, dOut, bits, blockSize)
  const { blocks, values, scales, zeroPoints } = matrix
  const levels = 2 ** bits
  const zeroRow = zeroPoints.length / dOut
  const block = new Float32Array(blockSize)
  for (let row = 0; row < dOut; row++) {
    for (let b = 0; b < blocks; b++) {
      const first = b * blockSize
      block.fill(0)
      block.set(rows.subarray(row * dIn + first, row * dIn + Math.min(dIn, first + blockSize)))
      const scheme = bestScheme(block, levels)
      const at = row * blocks + b
      scales[at] = scheme.scale
      pack(zeroPoints, row * zeroRow, b, bits, scheme.zeroPoint)
      for (let i = 0; i < blockSize; i++) {
        pack(values, (at * blockSize * bits) / 8, i, bits, level(block[i]!, scheme, levels))
      }
    }
  }
  return matrix
}

/** The matrix that the integers stand for, [dOut, dIn]. */
export function dequantise(matrix: QuantisedMatrix): Float32Array {
  const { bits, blockSize, dIn, dOut, blocks, values, scales, zeroPoints } = matrix
  const zeroRow = zeroPoints.length / dOut
  const rows = new Float32Array(dOut * dIn)
  for (let row = 0; row < dOut; row++) {
    for (let i = 0; i < dIn; i++) {
      const b = Math.floor(i / blockSize)
      const at = row * blocks + b
      const integer = unpack(values, (at * blockSize * bits) / 8, i % blockSize, bits)
      rows[row * dIn + i] = scales[at]! * (integer - unpack(zeroPoints, row * zeroRow, b, bits))
    }
  }
  return rows
}

/** Bytes that a layer takes in this layout. */
export function quantisedBytes(dIn: number, dOut: number, bits: Bits, blockSize = BLOCK_SIZE): number {
  const blocks = Math.ceil(dIn / blockSize)
  return dOut * ((blocks * blockSize * bits) / 8 + 4 * blocks + Math.ceil((blocks * bits) / 8))
}
