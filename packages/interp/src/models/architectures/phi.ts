// Phi-1, 1.5 and 2: parallel blocks that share one LayerNorm, a partial rotation, biases everywhere (arXiv:2309.05463).
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
import { decoderPlan } from './decoder.js'
import { layerNorm, linear } from './pieces.js'
import { halves } from './rotary.js'

const PhiConfigSchema = z.looseObject({
  ...DecoderConfigSchema.shape,
  ...RopeConfigSchema.shape,
  layer_norm_eps: positive.default(1e-5),
  qk_layernorm: z.boolean().default(false),
})
/** Share of a head that is rotated when the config leaves it out. */
const FRACTION = 0.5

export const phi: Architecture = (json) => {
  const config = parseConfig(PhiConfigSchema, json)
  if (config.qk_layernorm) refuse('qk_layernorm', true)
  const { layer_norm_eps: eps, hidden_size: dModel, intermediate_size: dMlp } = config
  const heads = parseHeads(dModel, config.num_attention_heads, config.num_key_value_heads, config.head_dim)
  const rotary = halves(parseRope(config, { fraction: FRACTION }), heads.headDim)
  const activation = parseActivation(config.hidden_act ?? 'gelu_new')
  return decoderPlan(config, {
    heads,
    activation,
    eps,
    norm: (name, width) => layerNorm(name, width, eps),
    norms: { ln1: 'input_layernorm', ln2: 'shared' },
    finalNorm: 'final_layernorm',
    parallel: true,
    rotary: () => rotary,
    windows: parseWindows({ ...config, layer_types: null }, () => false),
    bias: { qkv: true, o: true, mlp: true },
    attentionOutput: 'dense',
    mlp: (name) => ({
      dMlp,
      activation,
      gate: null,
      input: linear(`${name}.fc1`, dModel, dMlp, 'mlp', true),
      output: linear(`${name}.fc2`, dMlp, dModel, 'mlp', true),
    }),
    tied: config.tie_word_embeddings ?? false,
    unembeddingBias: true,
  })
}
