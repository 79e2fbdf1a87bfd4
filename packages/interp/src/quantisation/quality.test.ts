import { describe, expect, it } from 'vitest'
import { QualityMeter } from './quality.js'

/** One row of three tokens over a vocabulary of two; logits are the logs of the probabilities, shifted. */
const logits = (first: readonly number[], shift = 0): Float32Array =>
  Float32Array.from(first.flatMap((p) => [Math.log(p) + shift, Math.log(1 - p) + shift]))
const input = { tokens: [0, 1, 0], batch: 1, seq: 3 }

describe('quality of a changed model', () => {
  it('is the divergence and the perplexities worked out by hand', () => {
    const meter = new QualityMeter()
    meter.add(logits([0.5, 0.9, 0.25], 3), logits([0.25, 0.9, 0.25], -2), input)
    const quality = meter.result()
    const first = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75)
    expect(quality).toMatchObject({ positions: 3, predictions: 2 })
    expect(quality.meanKl).toBeCloseTo(first / 3, 6)
    expect(quality.maxKl).toBeCloseTo(first, 6)
    // Next tokens 1 and 0: p(1) at the first position, p(0) at the second.
    expect(quality.originalPerplexity).toBeCloseTo(1 / Math.sqrt(0.5 * 0.9), 5)
    expect(quality.perplexity).toBeCloseTo(1 / Math.sqrt(0.75 * 0.9), 5)
    expect(quality.sameTop).toBeCloseTo(2 / 3, 9)
  })

  it('adds batches up and leaves padding out', () => {
    const whole = new QualityMeter()
    whole.add(logits([0.5, 0.9]), logits([0.4, 0.8]), { tokens: [0, 1], batch: 1, seq: 2 })
    whole.add(logits([0.3, 0.7]), logits([0.2, 0.6]), { tokens: [1, 1], batch: 1, seq: 2 })
    const padded = new QualityMeter()
    const both = { tokens: [0, 1, 0, 1, 1, 0], batch: 2, seq: 3 }
    padded.add(logits([0.5, 0.9, 0.1, 0.3, 0.7, 0.1]), logits([0.4, 0.8, 0.9, 0.2, 0.6, 0.9]), both, [2, 2])
    expect(padded.result()).toEqual(whole.result())
  })

  it('shows a model that gives no numbers, and refuses what it cannot judge', () => {
    const meter = new QualityMeter()
    expect(() => meter.result()).toThrow(RangeError)
    expect(() => meter.add(logits([0.5]), logits([0.5, 0.5]), input)).toThrow(RangeError)
    meter.add(logits([0.5, 0.5, 0.5]), new Float32Array(6).fill(Number.NaN), input)
    expect(meter.result().meanKl).toBeNaN()
  })
})
