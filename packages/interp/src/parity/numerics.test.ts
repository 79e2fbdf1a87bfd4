import { describe, expect, it } from 'vitest'
import type { LanguageModel } from '../models/index.js'
import { openCase } from '../models/testing.js'
import { cacheCheck, determinismCheck, finiteCheck, lossCheck, precisionCheck } from './numerics.js'

const TOKENS = Int32Array.from({ length: 24 }, (_, i) => (i * 37 + 5) % 96)

async function withModel<T>(work: (model: LanguageModel) => Promise<T>, name = 'llama'): Promise<T> {
  const model = (await openCase(name)).model()
  try {
    return await work(model)
  } finally {
    await model.release()
  }
}

/** The model with one of its methods giving something else. */
const spoil = (model: LanguageModel, change: Partial<LanguageModel>): LanguageModel => Object.assign(model, change)

describe('checks without stored values', () => {
  it('pass on a sound model, each with its count', async () => {
    await withModel(async (model) => {
      expect(await finiteCheck(model, TOKENS)).toMatchObject({ pass: true, figure: 0, count: 24 * (2 * 48 + 96) })
      expect(await determinismCheck(model, TOKENS)).toMatchObject({ pass: true, figure: 0, count: 24 * 96 })
      const cache = await cacheCheck(model, TOKENS)
      expect(cache).toMatchObject({ pass: true, count: 6 * 96 })
      expect(cache.figure).toBeGreaterThan(0)
      expect(cache.detail).toContain('after 7, 8, 9, 11, 15, 23 tokens')
    })
  })

  it('give the loss that the stored losses average to', async () => {
    const golden = await openCase('llama')
    const losses = await golden.tensor('next_token_loss')
    const expected = losses.slice(0, 23).reduce((sum, loss) => sum + loss, 0) / 23
    const check = await withModel((model) => lossCheck(model, golden.input.tokens.slice(0, 24)))
    expect(check.figure).toBeCloseTo(expected, 4)
    expect(check).toMatchObject({ count: 23, tolerance: Math.log(96), pass: expected <= Math.log(96) })
  })

  it('fail on a single NaN, a single changed bit and a forgetful cache', async () => {
    await withModel(async (model) => {
      const forward = model.forward.bind(model)
      const spoiled = spoil(model, {
        forward: async (input, request) => {
          const result = await forward(input, request)
          const site = request.capture?.[1]
          if (site !== undefined) result.captured[site]![3] = Number.NaN
          return result
        },
      })
      const check = await finiteCheck(spoiled, TOKENS)
      expect(check).toMatchObject({ pass: false, figure: 1 })
      expect(check.detail).toContain('blocks.1.hook_resid_post')
    })
    await withModel(async (model) => {
      const logits = model.logits.bind(model)
      let runs = 0
      const wavering = spoil(model, {
        logits: async (input, edits) => {
          const values = await logits(input, edits)
          if (runs++ === 1) new Uint32Array(values.buffer)[7]! ^= 1
          return values
        },
      })
      expect(await determinismCheck(wavering, TOKENS)).toMatchObject({ pass: false, figure: 1 })
    })
    await withModel(async (model) => {
      const extend = model.extend.bind(model)
      const forgetful = spoil(model, {
        extend: (cache, batch, ...rest) => extend(batch.seq > 1 ? cache : model.emptyCache(1), batch, ...rest),
      })
      expect(await cacheCheck(forgetful, TOKENS)).toMatchObject({ pass: false })
    })
  })

  it('measure no divergence of a model from itself and the true one from another', async () => {
    await withModel(async (full) => {
      expect(await precisionCheck(full, full, TOKENS)).toMatchObject({ figure: 0, tolerance: null, pass: true })
      await withModel(async (other) => {
        const { figure } = await precisionCheck(full, other, TOKENS)
        const [p, q] = [full, other].map(async (model) => model.logits({ tokens: TOKENS, batch: 1, seq: 24 }))
        expect(figure).toBeCloseTo(plainKl(await p!, await q!, 96), 4)
        expect(figure).toBeGreaterThan(0.1)
      }, 'llama_bf16')
    })
  })
})

/** Mean KL over rows, from probabilities in float64. */
function plainKl(p: Float32Array, q: Float32Array, width: number): number {
  const softmax = (row: Float32Array): number[] => {
    const exps = [...row].map(Math.exp)
    const sum = exps.reduce((a, b) => a + b, 0)
    return exps.map((value) => value / sum)
  }
  let total = 0
  for (let row = 0; row < p.length; row += width) {
    const [a, b] = [softmax(p.subarray(row, row + width)), softmax(q.subarray(row, row + width))]
    total += a.reduce((sum, value, i) => sum + value * Math.log(value / b[i]!), 0)
  }
  return total / (p.length / width)
}
