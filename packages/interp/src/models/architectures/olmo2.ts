// OLMo 2: norms after attention and MLP instead of before, and on whole queries and keys (arXiv:2501.00656).
import { z } from 'zod'
import { DecoderConfigSchema, parseActivation, parseConfig, parseHeads, parseWindows, positive } from '../config.js'
import { parseRope, RopeConfigSchema } from '../rotary/rope.js'
import type { Architecture } from './architecture.js'
import { decoderPlan } from './decoder.js'
import { rmsNorm } from './pieces.js'
import { halves } from './rotary.js'

const OlmoConfigSchema = z.looseObject({
  ...DecoderConfigSchema.shape,
  ...RopeConfigSchema.shape,
  rms_norm_eps: positive.default(1e-5),
  attention_bias: z.boolean().default(false),
})

export const olmo2: Architecture = (json) => {
  const config = parseConfig(OlmoConfigSchema, json)
  const { attention_bias: biased, rms_norm_eps: eps } = config
  const heads = parseHeads(config.hidden_size, config.num_attention_heads, config.num_key_value_heads, config.head_dim)
  const rotary = halves(parseRope(config), heads.headDim)
  return decoderPlan(config, {
    heads,
    activation: parseActivation(config.hidden_act ?? 'silu'),
    eps,
    norm: (name, width) => rmsNorm(name, width, eps),
    norms: { ln1Post: 'post_attention_layernorm', ln2Post: 'post_feedforward_layernorm' },
    qkNorm: 'projection',
    rotary: () => rotary,
    windows: parseWindows({ ...config, layer_types: null }, () => false),
    bias: { qkv: biased, o: biased, mlp: false },
    tied: config.tie_word_embeddings ?? false,
  })
}
