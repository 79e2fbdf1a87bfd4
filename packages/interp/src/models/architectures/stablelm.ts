// StableLM 2: Llama's names with LayerNorms that have biases, a partial rotation, and optionally parallel blocks.
import { z } from 'zod'
import {
  DecoderConfigSchema,
  parseActivation,
  parseConfig,
  parseHeads,
  parseWindows,
  positive,
  refuse,
} from '../config.js'
import { parseRope, RopeConfigSchema } from '../rotary/rope.js'
import type { Architecture } from './architecture.js'
import { decoderPlan, PRE_NORMS } from './decoder.js'
import { layerNorm } from './pieces.js'
import { halves } from './rotary.js'

const StableLmConfigSchema = z.looseObject({
  ...DecoderConfigSchema.shape,
  ...RopeConfigSchema.shape,
  layer_norm_eps: positive.default(1e-5),
  use_qkv_bias: z.boolean().default(false),
  use_parallel_residual: z.boolean().default(false),
  qk_layernorm: z.boolean().default(false),
})
/** Share of a head that is rotated when the config leaves it out. */
const FRACTION = 0.25

export const stablelm: Architecture = (json) => {
  const config = parseConfig(StableLmConfigSchema, json)
  if (config.qk_layernorm) refuse('qk_layernorm', true)
  const { layer_norm_eps: eps, use_parallel_residual: parallel } = config
  const heads = parseHeads(config.hidden_size, config.num_attention_heads, config.num_key_value_heads, config.head_dim)
  const rotary = halves(parseRope(config, { fraction: FRACTION }), heads.headDim)
  return decoderPlan(config, {
    heads,
    activation: parseActivation(config.hidden_act ?? 'silu'),
    eps,
    norm: (name, width) => layerNorm(name, width, eps),
    norms: parallel ? { ln1: PRE_NORMS.ln1, ln2: 'shared' } : PRE_NORMS,
    parallel,
    rotary: () => rotary,
    windows: parseWindows({ ...config, layer_types: null }, () => false),
    bias: { qkv: config.use_qkv_bias, o: false, mlp: false },
    tied: config.tie_word_embeddings ?? false,
  })
}
