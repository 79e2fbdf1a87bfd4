// Numbers in cfg.json that cannot be what they should be are refused by name before anything else is done with them.
import { expect, it } from 'vitest'
import { parseSaeCfg } from './read.js'

const CFG = { architecture: 'topk', d_in: 8, d_sae: 32, k: 4, apply_b_dec_to_input: true, metadata: {} }
const LEGACY = { d_in: 8, d_sae: 32, activation_fn_str: 'topk', hook_point: 'blocks.0.hook_resid_post' }
const { k: _, ...WITHOUT_K } = CFG

it('a topk SAE keeps its k', () => {
  expect(parseSaeCfg(CFG)).toMatchObject({ k: 4 })
})

it.each([2.5, 0, -1, '4', null, Number('1e999')])('k %s is refused', (k) => {
  expect(() => parseSaeCfg({ ...CFG, k })).toThrow(/cfg\.json of a topk SAE: k: /)
})

it('k of a file before SAELens 6 is refused just so', () => {
  expect(() => parseSaeCfg({ ...LEGACY, activation_fn_kwargs: { k: 2.5 } })).toThrow(/cfg\.json of a topk SAE: k: /)
})

it.each([
  ...[{ d_in: 2.5 }, { d_sae: 0 }, { d_sae: 2 ** 60 }, { architecture: 'transcoder', d_out: -3 }],
  ...[
    { architecture: 'matching_pursuit', max_iterations: 0 },
    { architecture: 'temporal', n_heads: 1.5, n_attn_layers: 1, bottleneck_factor: 1, sae_diff_type: 'relu' },
  ],
])('%j is refused', (fields) => {
  const wrong = Object.keys(fields).find((name) => name !== 'architecture')
  expect(() => parseSaeCfg({ ...WITHOUT_K, k: 4, ...fields })).toThrow(new RegExp(`: ${wrong}: `))
})
