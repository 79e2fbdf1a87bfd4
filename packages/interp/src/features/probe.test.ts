import { describe, expect, it } from 'vitest'
import { EntryBuffer } from './entries.js'
import { FidelityAccumulator } from './fidelity.js'
import { activationsOf, strongestPerToken } from './probe.js'

/** A TopK result of 3 tokens, k 3: feature 0 with value 0 is padding. */
const values = Float32Array.of(1, 3, 2, 0, 5, 0, 4, 4, 0)
const indices = Int32Array.of(7, 2, 5, 0, 7, 0, 9, 7, 0)

describe('reading TopK results', () => {
  it('gives one feature on every token, not taking padding for feature 0', () => {
    expect([...activationsOf(7, values, indices, 3, 3)]).toEqual([1, 5, 4])
    expect([...activationsOf(0, values, indices, 3, 3)]).toEqual([0, 0, 0])
  })

  it('gives the strongest features of each token in order', () => {
    expect(strongestPerToken(values, indices, 3, 3, 2)).toEqual([
      [
        { index: 2, value: 3 },
        { index: 5, value: 2 },
      ],
      [{ index: 7, value: 5 }],
      [
        { index: 7, value: 4 },
        { index: 9, value: 4 },
      ],
    ])
  })

  it('becomes entries without zeros and excluded positions', () => {
    const buffer = new EntryBuffer(1).fromTopk(values, indices, 1, 2, 3, (position) => position === 0)
    expect(buffer.count).toBe(2)
    expect([...buffer.positions.subarray(0, 2)]).toEqual([1, 1])
    expect([...buffer.features.subarray(0, 2)]).toEqual([9, 7])
    expect(() => buffer.fromTopk(values, indices, 2, 2, 3, () => false)).toThrow(/do not fit/)
  })
})

describe('FidelityAccumulator', () => {
  it('is the plain formula, also when resumed halfway', () => {
    const x = Float32Array.of(1, 2, 3, 5, -2, 0, 4, 4)
    const y = Float32Array.of(1, 1, 3, 4, -2, 1, 5, 4)
    let accumulator = new FidelityAccumulator(2)
    for (let row = 0; row < 2; row++) accumulator.addToken(x, y, row, row + 1)
    accumulator = FidelityAccumulator.fromArray(2, accumulator.toArray())
    for (let row = 2; row < 4; row++) accumulator.addToken(x, y, row, row + 1)
    const mean = [1.5, 2.75]
    const variance = x.reduce((sum, v, i) => sum + (v - mean[i % 2]!) ** 2, 0) / 4
    const { tokens, l0, fvu } = accumulator.result()
    expect([tokens, l0]).toEqual([4, 2.5])
    expect(fvu).toBeCloseTo(1 / variance, 12)
  })

  it('has no FVU without variance', () => {
    const accumulator = new FidelityAccumulator(1)
    accumulator.addToken(Float32Array.of(2), Float32Array.of(1), 0, 1)
    expect(accumulator.result().fvu).toBeNaN()
  })
})
