import type { TensorSource } from '@mistudio/formats'
import { describe, expect, it } from 'vitest'
import type { Intervention, RunnableModel } from '../models/index.js'
import { CASES } from '../models/testing.js'
import { parseGoldenInfo } from './golden-info.js'
import { collect, disturbed, failed, goldenInput } from './testing.js'

/** One case of each kind of graph is run in every way, the others in one: the runs differ by runtime settings alone. */
const EVERY_WAY = ['llama_gqa_llama3', 'gpt2', 'gemma3_text', 'phi3_longrope']

describe.each(CASES)('golden model %s', (name) => {
  it('passes every check', async () => {
    const input = await goldenInput(name)
    const ways = EVERY_WAY.includes(name) ? { threads: [1, 2], optimise: [true, false] } : {}
    const checks = await collect({ ...input, ...ways })
    expect(failed(checks)).toEqual([])
    const variants = new Set(checks.map(({ variant }) => JSON.stringify(variant)))
    expect(variants.size).toBe(EVERY_WAY.includes(name) ? 4 : 1)
    const names = new Set(checks.map((check) => check.name))
    const outputs = ['logits', 'next_token_loss', 'steered_logits', 'zero_ablated_logits', 'patched_logits']
    for (const expected of [...outputs, ...input.info.hooks]) expect(names).toContain(expected)
  })
})

describe('a golden that is not what the model gives', () => {
  it.each([
    ['logits', ['logits', 'logits without padding', 'logits while capturing'], (19 + 24) * 96 - 1],
    ['next_token_loss', ['next_token_loss'], 23 + 17],
    ['blocks.1.hook_attn_out', ['blocks.1.hook_attn_out'], 5],
    ['final_norm', ['final_norm'], 5],
    ['steered_logits', ['steered_logits'], 0],
    ['zero_ablated_logits', ['zero_ablated_logits'], 0],
    ['patched_logits', ['patched_logits'], 0],
    ['greedy_ids', ['greedy ids without cache', 'greedy ids with cache'], 23],
  ])('fails by name when one value of %s is off', async (tensor, names, entry) => {
    const input = await goldenInput('llama_gqa_llama3')
    const by = tensor === 'greedy_ids' ? -1 : 1e-3
    expect(failed(await collect({ ...input, golden: disturbed(input.golden, tensor, entry, by) }))).toEqual(names)
  })

  it('fails when a stored value is not a number', async () => {
    const input = await goldenInput('llama')
    const golden = disturbed(input.golden, 'blocks.0.hook_mlp_out', 7, Number.NaN)
    const check = (await collect({ ...input, golden })).find(({ pass }) => !pass)
    expect(check).toMatchObject({ name: 'blocks.0.hook_mlp_out', figure: Number.NaN })
  })

  it('does not look at padded positions', async () => {
    const input = await goldenInput('llama')
    const padded = { logits: (24 + 19) * 96, next_token_loss: 23 + 18, 'blocks.0.hook_resid_mid': (24 + 19) * 48 }
    for (const [tensor, entry] of Object.entries(padded)) {
      const golden = disturbed(input.golden, tensor, entry, 10)
      expect(failed(await collect({ ...input, golden })), tensor).toEqual([])
    }
  })
})

describe('a model that is not what the golden says', () => {
  it('fails the edits alone when interventions are ignored', async () => {
    const input = await goldenInput('llama')
    const open = async (variant: { threads: number; optimise: boolean }): Promise<RunnableModel> => {
      const model = await input.open(variant)
      const logits = model.logits.bind(model)
      model.logits = (batch, edits: readonly Intervention[] = []) => logits(batch, edits.slice(0, 0))
      return model
    }
    expect(failed(await collect({ ...input, open }))).toEqual([
      'steered_logits',
      'zero_ablated_logits',
      'patched_logits',
    ])
  })

  it('fails the cached checks alone when the cache forgets where it is', async () => {
    const input = await goldenInput('llama')
    const open = async (variant: { threads: number; optimise: boolean }): Promise<RunnableModel> => {
      const model = await input.open(variant)
      const extend = model.extend.bind(model)
      model.extend = (cache, batch, ...rest) => extend(batch.seq > 1 ? cache : model.emptyCache(1), batch, ...rest)
      return model
    }
    const names = ['greedy ids with cache', 'cache against no cache']
    expect(failed(await collect({ ...input, open }))).toEqual(names)
  })

  it('is refused when its sizes are others', async () => {
    const input = await goldenInput('llama')
    const info = { ...input.info, vocab: 97 }
    await expect(collect({ ...input, info })).rejects.toThrow(/97 tokens; this one has 2, 48 and 96/)
    const golden: TensorSource = {
      ...disturbed(input.golden, '', 0, 0),
      info: () => ({ dtype: 'F32', shape: [2, 24] }),
    }
    await expect(collect({ ...input, golden })).rejects.toThrow(/logits has the shape \[2, 24\]/)
  })

  it('fails a stored site that it does not have', async () => {
    const input = await goldenInput('llama')
    const info = { ...input.info, hooks: [...input.info.hooks, 'blocks.0.hook_other'] }
    expect(failed(await collect({ ...input, info }))).toEqual(['blocks.0.hook_other'])
  })
})

it('refuses a golden.json by the fields that are wrong', () => {
  expect(() => parseGoldenInfo({ format: 1, case: 'x', tolerance: {} })).toThrow(/valid_lengths[\s\S]*max_abs/)
  expect(() => parseGoldenInfo({ format: 2 })).toThrow(/format/)
})
