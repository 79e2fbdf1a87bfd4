import { describe, expect, it } from 'vitest'
import { planModel } from './architectures/index.js'
import { ModelError } from './errors.js'
import { estimateRunMemory, requireMemory } from './run-memory.js'

const GPT2 = planModel({
  model_type: 'gpt2',
  vocab_size: 50_257,
  n_positions: 1024,
  n_embd: 768,
  n_layer: 12,
  n_head: 12,
})
const RUN = { precision: 'float32', batch: 2, context: 64, logits: 'none', cache: false } as const
const BLOCKS = 12 * 12 * 768 * 768

describe('memory of a run', () => {
  it('counts weights by precision, a tied unembedding only where logits are wanted', () => {
    const weights = (change: object) => estimateRunMemory(GPT2, { ...RUN, ...change }).weights
    expect(weights({})).toBe(4 * 124_439_808)
    expect(weights({ logits: 'last' }) - weights({})).toBe(4 * 768 * 50_257)
    // One byte per value, and per block of 32 a float32 scale and a zero point.
    expect(weights({}) - weights({ precision: 'int8' })).toBe((4 - 1 - 5 / 32) * BLOCKS)
    expect(weights({}) - weights({ precision: 'int4' })).toBe((4 - 0.5 - 4.5 / 32) * BLOCKS)
  })

  it('grows with tokens, cache and logits', () => {
    const of = (batch: number) => estimateRunMemory(GPT2, { ...RUN, batch, cache: true, logits: 'all' })
    const [small, large] = [of(2), of(4)]
    expect(small.kv).toBe(4 * 2 * 12 * 768 * 128)
    expect(small.logits).toBe(4 * 50_257 * 128)
    for (const part of ['kv', 'logits'] as const) expect(large[part]).toBe(2 * small[part])
    expect(of(6).activations - large.activations).toBe(large.activations - small.activations)
  })

  it('counts the scores of a block of queries, of all queries where a cache is kept', () => {
    const of = (cache: boolean) => estimateRunMemory(GPT2, { ...RUN, context: 1024, cache }).activations
    expect(of(true) - of(false)).toBe(0.75 * 4 * 2 * 12 * 1024 * 1024)
  })

  it('refuses what does not fit with the figures, and lets pass what does', () => {
    const estimate = estimateRunMemory(GPT2, RUN)
    const total = estimate.total - estimate.overhead
    expect(() => requireMemory(GPT2, RUN, total)).not.toThrow()
    expect(() => requireMemory(GPT2, RUN, total - 1)).toThrow(ModelError)
    expect(() => requireMemory(GPT2, RUN, total - 1)).toThrow(/2 × 64 tokens in float32 needs about 0\.\d\d GiB/)
  })
})
