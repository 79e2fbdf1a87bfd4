import { describe, expect, it } from 'vitest'
import { dequantise, QualityMeter, quantiseBlocks } from '../quantisation/index.js'
import { ModelError } from './errors.js'
import { openCase } from './testing.js'
import { toFloat16 } from './weights/float16.js'
import { linearRows, transpose } from './weights/weights.js'

describe('precision', () => {
  it('answers at int8 nearly as in float32, at int4 less nearly, in every layout of weights', async () => {
    for (const name of ['llama', 'gpt2', 'gpt_neox_parallel', 'phi3']) {
      const golden = await openCase(name)
      const full = await golden.model().logits(golden.input)
      const kl: number[] = []
      for (const precision of ['int8', 'int4'] as const) {
        const model = golden.model({ precision, weights: precision === 'int8' ? 'stored' : 'fed' })
        const meter = new QualityMeter()
        meter.add(full, await model.logits(golden.input), golden.input, golden.info.valid_lengths)
        kl.push(meter.result().meanKl)
        await model.release()
      }
      expect(kl[0], `${name} int8`).toBeLessThan(5e-3)
      expect(kl[1], `${name} int4`).toBeLessThan(0.2)
      expect(kl[0]!, name).toBeLessThan(kl[1]!)
    }
  })

  it('adds the heads of a quantised layer up to what the layer gives', async () => {
    const golden = await openCase('llama')
    const model = golden.model({ precision: 'int4' })
    const [result, out] = ['blocks.0.attn.hook_result', 'blocks.0.hook_attn_out']
    const { captured } = await model.forward(golden.input, { capture: [result!, out!] })
    const width = golden.plan().spec.dModel
    const { heads } = golden.plan().spec
    const sums = new Float32Array(captured[out!]!.length)
    for (const [at, value] of captured[result!]!.entries()) {
      sums[Math.floor(at / (heads * width)) * width + (at % width)]! += value
    }
    const scale = captured[out!]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const worst = sums.reduce((most, value, i) => Math.max(most, Math.abs(value - captured[out!]![i]!)), 0)
    expect(worst / scale).toBeLessThan(0.02)
    await model.release()
  })

  it('quantises the matrix that the layer multiplies by', async () => {
    const golden = await openCase('gpt2')
    const { k } = golden.plan().blocks[1]!.attention
    const read = (name: string) => golden.weights.float32(golden.weights.names().find((file) => file.endsWith(name))!)
    const rows = await linearRows(k).make(read)
    const stored = await read(k.weight.tensor.name)
    const [columns, from] = [3 * k.dOut, k.dOut]
    expect(transpose(rows, k.dOut, k.dIn).subarray(0, k.dOut)).toEqual(stored.subarray(from, from + k.dOut))
    expect(rows[1]).toBe(stored[columns + from])
    const back = dequantise(quantiseBlocks(rows, k.dIn, k.dOut, 8))
    expect(Math.abs(back[1]! - rows[1]!)).toBeLessThan(0.01)
  })

  it('refuses float16 where it would only be turned back', async () => {
    const golden = await openCase('llama')
    expect(() => golden.model({ precision: 'float16' })).toThrow(ModelError)
  })

  it('rounds to float16 exactly as the format says', () => {
    const value = (bits: number): number => {
      const [exponent, fraction] = [bits >> 10, bits & 1023]
      return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15)
    }
    for (let bits = 0; bits < 0x7c00; bits++) {
      const exact = value(bits)
      const step = value(bits + 1) - exact
      const [same, below, tie, negative] = toFloat16(
        Float32Array.of(exact, exact + step * 0.49, exact + step * 0.5, -exact),
      )
      expect([same, below, negative]).toEqual([bits, bits, bits | 0x8000])
      expect(tie).toBe(bits + (bits & 1))
    }
    expect([...toFloat16(Float32Array.of(1e6, -1e6))]).toEqual([0x7c00, 0xfc00])
  })
})
