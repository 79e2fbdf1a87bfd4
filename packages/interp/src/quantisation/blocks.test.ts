import { float32, Graph, tensor } from '@mistudio/onnx'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../generation/index.js'
import { type Bits, dequantise, type QuantisedMatrix, quantiseBlocks, quantisedBytes } from './blocks.js'

const runtime = createOrtRuntime({ threads: 1 })
/** Whole blocks and not; fewer inputs than a block; odd numbers of outputs and blocks. */
const SHAPES = [
  [64, 48],
  [96, 33],
  [40, 7],
  [5, 3],
  [130, 1],
] as const
const BITS: readonly Bits[] = [4, 8]

function randomMatrix(size: number, seed: number): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length: size }, () => random.next() + random.next() - 0.9)
}

async function nodeProduct(x: Float32Array, matrix: QuantisedMatrix, level: number): Promise<Float32Array> {
  const { bits, blockSize, dIn, dOut, blocks, values, scales, zeroPoints } = matrix
  const graph = new Graph('product')
  const inputs = [
    graph.input('x', 'float32', ['rows', dIn]),
    graph.initialiser(tensor('uint8', values, [dOut, blocks, (blockSize * bits) / 8])),
    graph.initialiser(tensor('float32', scales, [dOut, blocks])),
    graph.initialiser(tensor('uint8', zeroPoints, [dOut, zeroPoints.length / dOut])),
  ]
  const attributes = { K: dIn, N: dOut, bits, block_size: blockSize, accuracy_level: level }
  graph.output(graph.microsoft('MatMulNBits', inputs, attributes)[0]!, 'float32', ['rows', dOut], 'y')
  const session = await runtime.createSession(graph.build())
  const { y } = await session.run({ x: float32(x, [x.length / dIn, dIn]) })
  await session.release()
  return y!.data as Float32Array
}

/** x [rows, dIn] times the transpose of `matrix` [dOut, dIn]. */
function plainProduct(x: Float32Array, matrix: Float32Array, dIn: number): number[] {
  const dOut = matrix.length / dIn
  return Array.from({ length: (x.length / dIn) * dOut }, (_, at) => {
    let sum = 0
    for (let i = 0; i < dIn; i++) sum += x[Math.floor(at / dOut) * dIn + i]! * matrix[(at % dOut) * dIn + i]!
    return sum
  })
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((most, value) => Math.max(most, value), 0)

describe('block quantisation', () => {
  it('is read by the node as the dequantised matrix, whatever the shape', async () => {
    for (const [dIn, dOut] of SHAPES) {
      for (const bits of BITS) {
        const matrix = quantiseBlocks(randomMatrix(dIn * dOut, dIn), dIn, dOut, bits)
        const x = randomMatrix(3 * dIn, 7)
        const expected = plainProduct(x, dequantise(matrix), dIn)
        expect(worst(await nodeProduct(x, matrix, 0), expected), `${dIn} → ${dOut}, int${bits}`).toBeLessThan(1e-4)
      }
    }
  })

  it('with int8 activations stays within half a step of each activation block', async () => {
    for (const [dIn, dOut] of SHAPES) {
      for (const bits of BITS) {
        const matrix = quantiseBlocks(randomMatrix(dIn * dOut, dIn), dIn, dOut, bits)
        const rows = dequantise(matrix)
        const x = randomMatrix(2 * dIn, 7)
        const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        const weight = rows.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        // An activation moves by at most largest / 127 / 2; 1.01 for the rounding of scales and sums.
        const bound = 1.01 * dIn * weight * (largest / 254)
        const found = worst(await nodeProduct(x, matrix, 4), plainProduct(x, rows, dIn))
        expect(found, `${dIn} → ${dOut}, int${bits}`).toBeLessThan(bound)
      }
    }
  })

  it('moves values by a fraction of their block range and zeros not at all', () => {
    for (const [dIn, dOut] of SHAPES) {
      for (const bits of BITS) {
        const rows = randomMatrix(dIn * dOut, 3).map((value, i) => (i % 11 === 0 ? 0 : value))
        const back = dequantise(quantiseBlocks(rows, dIn, dOut, bits))
        for (let i = 0; i < rows.length; i++) if (rows[i] === 0) expect(back[i]).toBeCloseTo(0, 12)
        // Range below 2; the symmetric scheme may clip the far end by one of its steps.
        expect(worst(rows, back)).toBeLessThanOrEqual((2 / 2 ** bits) * 1.01)
      }
    }
  })

  it('keeps constant, one-sided and all-zero blocks', () => {
    const rows = new Float32Array(96).fill(0.75, 0, 32).fill(-3, 32, 64)
    for (const bits of BITS) expect(worst(dequantise(quantiseBlocks(rows, 32, 3, bits)), rows)).toBeLessThan(1e-6)
  })

  it('takes the bytes it says', () => {
    for (const bits of BITS) {
      const { values, scales, zeroPoints } = quantiseBlocks(randomMatrix(130 * 6, 1), 130, 6, bits)
      expect(values.byteLength + scales.byteLength + zeroPoints.byteLength).toBe(quantisedBytes(130, 6, bits))
    }
  })
})
