// Llama 1 to 3: pre-norm blocks with RMSNorm, rotary grouped-query attention and a gated MLP (arXiv:2302.13971, arXiv:2407.21783).
import { z } from 'zod'
import { DecoderConfigSchema, parseActivation, parseConfig, parseHeads, parseWindows, positive } from '../config.js'
import { parseRope, RopeConfigSchema } from '../rotary/rope.js'
import type { Architecture } from './architecture.js'
import { decoderPlan, PRE_NORMS } from './decoder.js'
import { rmsNorm } from './pieces.js'
import { halves } from './rotary.js'

const LlamaConfigSchema = z.looseObject({
  ...DecoderConfigSchema.shape,
  ...RopeConfigSchema.shape,
  rms_norm_eps: positive.default(1e-6),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
})

export const llama: Architecture = (json) => {
  const config = parseConfig(LlamaConfigSchema, json)
  const { attention_bias: biased, rms_norm_eps: eps } = config
  const heads = parseHeads(config.hidden_size, config.num_attention_heads, config.num_key_value_heads, config.head_dim)
  const rotary = halves(parseRope(config), heads.headDim)
  return decoderPlan(config, {
    heads,
    activation: parseActivation(config.hidden_act ?? 'silu'),
    eps,
    norm: (name, width) => rmsNorm(name, width, eps),
    norms: PRE_NORMS,
    rotary: () => rotary,
    windows: parseWindows({ ...config, layer_types: null }, () => false),
    bias: { qkv: biased, o: biased, mlp: config.mlp_bias },
    tied: config.tie_word_embeddings ?? false,
  })
}
