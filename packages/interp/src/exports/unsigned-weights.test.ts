// Guards: weights held as unsigned bytes stand for the same integers, and an export is opened with them where signed sums are not exact.
// The processor's answer is given, so that both ways are tested on any.
import { Graph, INT8, ModelEditor, type OnnxModel, parseModel, tensor, uint8 } from '@mistudio/onnx'
import { describe, expect, it } from 'vitest'
import { openCase, runtime } from '../models/testing.js'
import { eightBitCheck } from '../parity/index.js'
import { openExport } from './testing.js'
import { signedProducts, withUnsignedWeights } from './unsigned-weights.js'

const [ROWS, K, N] = [3, 8, 5]
const SITE = 'blocks.1.hook_resid_post'
const SATURATES = { signed: 1_040_384, unsigned: 0 }
const EXACT = { signed: 0, unsigned: 0 }

const byte = (at: number): number => ((at * 53 + 7) % 256) - 128

/** A model with one product of unsigned activations and stored signed weights. */
function product(zeroPoint: 'none' | 'one' | 'per column'): OnnxModel {
  const graph = new Graph('product')
  const bytes = (values: Int8Array, dims: number[]) => graph.initialiser(uint8(new Uint8Array(values.buffer), dims))
  const zeros = Int8Array.from({ length: zeroPoint === 'per column' ? N : 1 }, (_, n) => 3 * n - 4)
  const inputs = [
    graph.input('a', 'uint8', ['rows', K]),
    bytes(
      Int8Array.from({ length: K * N }, (_, at) => byte(at)),
      [K, N],
    ),
    null,
    ...(zeroPoint === 'none' ? [] : [bytes(zeros, zeroPoint === 'one' ? [] : [N])]),
  ]
  graph.output(graph.op('MatMulInteger', inputs), 'int32', ['rows', N], 'y')
  const model = parseModel(graph.build())
  // Graphs are built with unsigned bytes only: the same bytes, called signed.
  const signed = [...model.initialisers].map(([name, initialiser]) => {
    const proto = { ...initialiser.proto, dataType: INT8 }
    return [name, { ...initialiser, elementType: INT8, proto }] as const
  })
  return { ...model, initialisers: new Map(signed) }
}

describe.each(['none', 'one', 'per column'] as const)('a product whose weights have zero point: %s', (zeroPoint) => {
  it('gives the integers of a plain loop with its weights unsigned', async () => {
    const model = product(zeroPoint)
    const unsigned = withUnsignedWeights(model)
    expect([signedProducts(model).length, signedProducts(unsigned).length]).toEqual([1, 0])
    const editor = new ModelEditor(unsigned)
    editor.output(editor.existing(model.outputs[0]!.name), 'int32', ['rows', N], 'found')
    const session = await runtime.createSession(editor.build(), { threads: 1 })
    const a = Uint8Array.from({ length: ROWS * K }, (_, at) => (at * 91 + 13) % 256)
    const { found } = await session.run({ a: tensor('uint8', a, [ROWS, K]) })
    await session.release()
    const zero = (n: number): number => (zeroPoint === 'none' ? 0 : zeroPoint === 'one' ? -4 : 3 * n - 4)
    const wanted = Array.from({ length: ROWS * N }, (_, at) => {
      const [r, n] = [Math.floor(at / N), at % N]
      let sum = 0
      for (let k = 0; k < K; k++) sum += a[r * K + k]! * (byte(k * N + n) - zero(n))
      return sum
    })
    expect(Array.from(found!.data as Int32Array)).toEqual(wanted)
  })
})

describe('an export with 8-bit products', () => {
  it('holds its weights unsigned on a processor that cuts signed sums off, and says so', async () => {
    const { input, model: open } = await openCase('gpt_neox_parallel')
    const [reference, model] = [open(), await openExport('gpt_neox_int8', { eightBitSums: SATURATES })]
    expect(model.eightBit).toMatchObject({ error: SATURATES.signed, unsigned: true })
    expect(model.eightBit.products).toBeGreaterThan(0)
    expect(eightBitCheck(model)).toMatchObject({
      pass: true,
      figure: 0,
      detail: expect.stringContaining('unsigned bytes'),
    })
    const [found, wanted] = [await model.capture(input, SITE), await reference.capture(input, SITE)]
    const largest = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    const distance = found.reduce((max, value, i) => Math.max(max, Math.abs(value - wanted[i]!)), 0)
    expect(distance).toBeLessThan(0.05 * largest)
    for (const each of [reference, model]) await each.release()
  })

  it('stays as it was written where signed sums are exact, and fails its check where neither are', async () => {
    const exact = await openExport('gpt_neox_int8', { eightBitSums: EXACT })
    expect(exact.eightBit).toMatchObject({ error: 0, unsigned: false })
    expect(eightBitCheck(exact)).toMatchObject({ pass: true })
    const wrong = await openExport('gpt_neox_int8', { eightBitSums: { signed: 9, unsigned: 9 } })
    expect(eightBitCheck(wrong)).toMatchObject({ pass: false, figure: 9 })
    const other = await openExport('gpt2', { eightBitSums: SATURATES })
    expect(eightBitCheck(other)).toBeNull()
    for (const each of [exact, wrong, other]) await each.release()
  })
})
