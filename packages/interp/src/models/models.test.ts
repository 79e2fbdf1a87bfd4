import type { TensorSource } from '@mistudio/formats'
import { describe, expect, it } from 'vitest'
import { planModel } from './architectures/index.js'
import { ModelError } from './errors.js'
import { absentSites, describeShape, findSite, planSites, siteWidth } from './sites.js'
import { countParameters, estimateMemory } from './spec.js'
import { DEMO_MODEL, FIXTURES, openCase, readJson } from './testing.js'
import { checkTensors, planTensors, requireTensors } from './weights/tensors.js'

const CONFIG = {
  model_type: 'llama',
  hidden_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 80,
  vocab_size: 96,
  max_position_embeddings: 64,
  hidden_act: 'silu',
  rms_norm_eps: 0.002,
}

/** The code and message of the ModelError that `work` throws. */
function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof ModelError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('config', () => {
  it('fills what a Llama config leaves out with the family defaults', () => {
    const { spec, blocks } = planModel({ ...CONFIG, head_dim: null, eos_token_id: [2, 3] })
    expect(spec).toMatchObject({ headDim: 12, kvHeads: 4, tiedEmbeddings: false })
    expect(blocks[0]!.attention.q.bias).toBe(null)
    expect(blocks[0]!.mlp.gate?.bias).toBe(null)
    expect(spec).toMatchObject({ rope: { type: 'default', theta: 10_000 }, bosTokenId: null, eosTokenIds: [2, 3] })
  })

  it('reads the same rope from the old and the new layout, and from the old spelling of its type', () => {
    const linear = { type: 'linear', theta: 500, factor: 4 }
    const old = { ...CONFIG, rope_theta: 500, rope_scaling: { type: 'linear', factor: 4 } }
    expect(planModel(old).spec.rope).toEqual(linear)
    const fresh = { ...CONFIG, rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 500 } }
    expect(planModel(fresh).spec.rope).toEqual(linear)
  })

  it('refuses by name what is not implemented and what is malformed', () => {
    const change = (extra: object) => refusal(() => planModel({ ...CONFIG, ...extra }))
    expect(change({ model_type: 'mamba' })).toMatch(/model_unsupported: Models of type mamba/)
    expect(change({ rope_scaling: { rope_type: 'xpos', factor: 2 } })).toMatch(/model_unsupported: .*rope type xpos/)
    expect(change({ hidden_act: 'mish' })).toMatch(/model_unsupported: .*activation mish/)
    expect(change({ quantization_config: { bits: 4 } })).toMatch(/model_unsupported: .*quantised/)
    expect(change({ num_key_value_heads: 3 })).toMatch(/model_invalid: .*cannot share 3/)
    expect(change({ num_attention_heads: 5 })).toMatch(/model_invalid: .*cannot be divided among 5 heads/)
    expect(change({ hidden_size: '48', vocab_size: -1 })).toMatch(/model_invalid: .*vocab_size.*hidden_size/)
    expect(change({ rope_parameters: { rope_type: 'llama3', factor: 8 } })).toMatch(/model_invalid: .*low_freq_factor/)
    expect(refusal(() => planModel('text'))).toMatch(/model_invalid/)
  })
})

describe('tensors', () => {
  const source = (shapes: Record<string, number[]>): TensorSource => ({
    names: () => Object.keys(shapes),
    info: (name) => ({ dtype: 'F32', shape: shapes[name]! }),
    float32: () => Promise.reject(new Error('not read by this test')),
  })
  const plan = planModel(CONFIG)
  const expected = planTensors(plan)
  const complete = Object.fromEntries(expected.map(({ name, shape }) => [name, [...shape]]))

  it('accepts names with and without prefix, and skips buffers', () => {
    const prefixed = Object.fromEntries(
      Object.entries(complete).map(([name, shape]) => [name === 'lm_head.weight' ? name : `model.${name}`, shape]),
    )
    for (const shapes of [complete, prefixed]) {
      const check = checkTensors(plan, source({ ...shapes, 'model.layers.0.self_attn.rotary_emb.inv_freq': [6] }))
      expect(check).toMatchObject({ problems: [], unused: [], dtypes: ['F32'] })
    }
  })

  it('lists every missing, misshapen and unused tensor', () => {
    const { 'norm.weight': _, ...rest } = complete
    const found = source({ ...rest, 'lm_head.weight': [97, 48], 'layers.0.self_attn.q_proj.bias': [48] })
    const { problems, unused } = checkTensors(plan, found)
    expect(problems).toEqual([
      { tensor: 'norm.weight', expected: [48], found: null },
      { tensor: 'lm_head.weight', expected: [96, 48], found: [97, 48] },
    ])
    expect(unused).toEqual(['layers.0.self_attn.q_proj.bias'])
    expect(refusal(() => requireTensors(plan, found))).toMatch(/norm.weight: missing.*lm_head.weight: shape \[97, 48\]/)
  })
})

describe('spec', () => {
  it('counts exactly the parameters of the file', async () => {
    for (const name of ['llama', 'llama_biases', 'gpt2', 'gpt_neox_parallel', 'phi3', 'gemma2', 'opt']) {
      const { weights, model } = await openCase(name)
      const inFile = weights
        .names()
        .reduce((sum, tensor) => sum + weights.info(tensor).shape.reduce((a, b) => a * b, 1), 0)
      expect(model().parameters).toBe(inFile)
    }
  })

  it('estimates cache and weights from the sizes', () => {
    const plan = planModel(readJson(new URL('config.json', DEMO_MODEL)))
    const { spec } = plan
    const { total, byPart } = countParameters(planTensors(plan))
    expect(byPart.find(({ part }) => part === 'embedding')?.parameters).toBe(2048 * 128)
    expect(estimateMemory(spec, total)).toMatchObject({
      weights: 4 * total,
      kvPerToken: 4 * 4 * 2 * 64,
      logitsPerToken: 8192,
    })
  })

  it('names sites as TransformerLens does and suggests what exists', () => {
    const sites = planSites(planModel(CONFIG))
    expect(siteWidth(findSite(sites, 'blocks.1.attn.hook_z'))).toBe(48)
    expect(describeShape(findSite(sites, 'blocks.1.attn.hook_z'))).toBe('batch × seq × 4 × 12')
    expect(refusal(() => findSite(sites, 'blocks.1.hook_post'))).toMatch(
      /site_unknown: .*blocks\.L\.mlp\.hook_post.*L from 0 to 1/,
    )
  })

  it('says why a usual site is absent', () => {
    const reasons = (name: string) =>
      Object.fromEntries(
        absentSites(planModel(readJson(new URL(`${name}/config.json`, FIXTURES)))).map((site) => [
          site.name,
          site.reason,
        ]),
      )
    expect(reasons('gptj')).toMatchObject({
      hook_pos_embed: expect.stringContaining('rotating'),
      'blocks.L.hook_resid_mid': expect.stringContaining('same residual stream'),
      'blocks.L.ln2.hook_normalized': expect.stringContaining('ln1'),
      'blocks.L.mlp.hook_pre_linear': expect.stringContaining('not gated'),
    })
    expect(reasons('olmo2')).toHaveProperty('blocks.L.ln1.hook_scale')
    expect(reasons('gpt2')).toEqual({ 'blocks.L.mlp.hook_pre_linear': expect.any(String) })
  })
})
