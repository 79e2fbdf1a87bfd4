import { createOrtRuntime } from '@mistudio/onnx/ort'
import { describe, expect, it } from 'vitest'
import { uniform } from '../random/counter.js'
import { directLogits, nearestFeatures } from './decoder.js'
import { extremeProducts } from './products.js'

const runtime = createOrtRuntime({ threads: 1 })
const [dSae, dIn, vocab] = [67, 12, 40]
const random = (n: number, stream: number) => Float32Array.from({ length: n }, (_, i) => uniform(9, stream, i) - 0.5)
const wDec = random(dSae * dIn, 1)
wDec.fill(0, 5 * dIn, 6 * dIn)
const decoder = { wDec, dSae, dIn }

const dot = (a: Float32Array, i: number, b: Float32Array, j: number) => {
  let sum = 0
  for (let c = 0; c < dIn; c++) sum += a[i * dIn + c]! * b[j * dIn + c]!
  return sum
}
const logit = (f: number, token: number, matrix: Float32Array) => {
  let sum = 0
  for (let c = 0; c < dIn; c++) sum += wDec[f * dIn + c]! * matrix[c * vocab + token]!
  return sum
}

describe('nearestFeatures', () => {
  it('equals plain cosines over all pairs', async () => {
    const { values, indices, count } = await nearestFeatures(runtime, decoder, 4)
    expect(count).toBe(4)
    for (let f = 0; f < dSae; f++) {
      if (f === 5) continue
      const cosines = Array.from({ length: dSae }, (_, other) => ({
        other,
        cosine:
          other === 5
            ? 0
            : dot(wDec, f, wDec, other) / Math.sqrt(dot(wDec, f, wDec, f) * dot(wDec, other, wDec, other)),
      }))
      const expected = cosines.filter(({ other }) => other !== f).sort((a, b) => b.cosine - a.cosine)
      expect([...indices.subarray(f * 4, f * 4 + 4)]).toEqual(expected.slice(0, 4).map(({ other }) => other))
      for (let i = 0; i < 4; i++) expect(values[f * 4 + i]).toBeCloseTo(expected[i]!.cosine, 5)
    }
  })

  it('leaves the feature out even among identical copies, and gives a zero row cosine 0', async () => {
    const copies = { wDec: Float32Array.from([1, 0, 1, 0, 1, 0, 0, 0]), dSae: 4, dIn: 2 }
    const { values, indices } = await nearestFeatures(runtime, copies, 2)
    for (let f = 0; f < 4; f++) expect(indices.subarray(f * 2, f * 2 + 2)).not.toContain(f)
    expect([...values]).toEqual([1, 1, 1, 1, 1, 1, 0, 0])
    expect((await nearestFeatures(runtime, copies, 10)).count).toBe(3)
  })
})

describe('directLogits', () => {
  it('equals plain products', async () => {
    const matrix = random(dIn * vocab, 2)
    const { positive, negative } = await directLogits(runtime, decoder, matrix, { count: 3 })
    for (let f = 0; f < dSae; f++) {
      if (f === 5) continue
      const logits = Array.from({ length: vocab }, (_, v) => ({ v, value: logit(f, v, matrix) }))
      logits.sort((a, b) => b.value - a.value)
      const slice = (x: { indices: Int32Array }) => [...x.indices.subarray(f * 3, f * 3 + 3)]
      expect(slice(positive)).toEqual(logits.slice(0, 3).map(({ v }) => v))
      expect(slice(negative)).toEqual(
        logits
          .slice(-3)
          .reverse()
          .map(({ v }) => v),
      )
      expect(positive.values[f * 3]).toBeCloseTo(logits[0]!.value, 5)
      expect(negative.values[f * 3]).toBeCloseTo(logits[vocab - 1]!.value, 5)
    }
  })

  it('counts all tokens by their effect, scaled as the extremes are', async () => {
    const matrix = random(dIn * vocab, 2)
    const { positive, negative, histograms } = await directLogits(runtime, decoder, matrix, { count: 3, scale: 2 })
    const { bins, low, high, counts } = histograms
    for (let f = 0; f < dSae; f++) {
      expect([low[f], high[f]]).toEqual([negative.values[f * 3], positive.values[f * 3]])
      const expected = new Array<number>(bins).fill(0)
      for (let v = 0; v < vocab; v++) {
        const at = high[f]! > low[f]! ? ((2 * logit(f, v, matrix) - low[f]!) / (high[f]! - low[f]!)) * bins : 0
        // A value at the very edge of two bins may lie in either.
        expected[Math.max(0, Math.min(bins - 1, Math.floor(at)))]! += 1
      }
      const found = [...counts.subarray(f * bins, (f + 1) * bins)]
      expect(found.reduce((a, b) => a + b)).toBe(vocab)
      const moved = found.reduce((sum, count, at) => sum + Math.abs(count - expected[at]!), 0)
      expect(moved).toBeLessThanOrEqual(2)
    }
  })

  it('refuses an output layer of another width', async () => {
    await expect(directLogits(runtime, decoder, new Float32Array(dIn + 1), { count: 1 })).rejects.toThrow(/width 12/)
  })
})

describe('extremeProducts', () => {
  it('covers every row when the product needs several blocks', async () => {
    const b = random(2 ** 20, 4)
    const a = Float32Array.from({ length: 37 }, (_, i) => (i % 2 ? 1 : -1) * (i + 1))
    const reported: number[] = []
    const { largest } = await extremeProducts(runtime, {
      a,
      b,
      bIs: 'rows',
      d: 1,
      count: 1,
      smallest: false,
      options: { onBlock: (n) => void reported.push(n) },
    })
    expect(reported).toEqual([16, 32, 37])
    const highest = b.indexOf(b.reduce((x, y) => Math.max(x, y)))
    const lowest = b.indexOf(b.reduce((x, y) => Math.min(x, y)))
    expect([...largest.indices]).toEqual(Array.from(a, (value) => (value > 0 ? highest : lowest)))
  })
})
