// Phi-3 and 4: Llama with queries, keys and values in one tensor, gate and input of the MLP in another, and LongRoPE (arXiv:2404.14219).
import { z } from 'zod'
import { DecoderConfigSchema, parseActivation, parseConfig, parseHeads, parseWindows, positive } from '../config.js'
import { parseRope, RopeConfigSchema } from '../rotary/rope.js'
import type { Architecture } from './architecture.js'
import { decoderPlan, PRE_NORMS } from './decoder.js'
import { fused, linear, rmsNorm } from './pieces.js'
import { halves } from './rotary.js'

const Phi3ConfigSchema = z.looseObject({
  ...DecoderConfigSchema.shape,
  ...RopeConfigSchema.shape,
  rms_norm_eps: positive.default(1e-5),
})

export const phi3: Architecture = (json) => {
  const config = parseConfig(Phi3ConfigSchema, json)
  const { rms_norm_eps: eps, hidden_size: dModel, intermediate_size: dMlp } = config
  const heads = parseHeads(dModel, config.num_attention_heads, config.num_key_value_heads, config.head_dim)
  const rotary = halves(parseRope(config), heads.headDim)
  const activation = parseActivation(config.hidden_act ?? 'silu')
  const widths = [heads.heads, heads.kvHeads, heads.kvHeads].map((count) => count * heads.headDim)
  return decoderPlan(config, {
    heads,
    activation,
    eps,
    norm: (name, width) => rmsNorm(name, width, eps),
    norms: PRE_NORMS,
    rotary: () => rotary,
    windows: parseWindows(config, () => Boolean(config.sliding_window)),
    bias: { qkv: false, o: false, mlp: false },
    qkv: (attention) => fused(`${attention}.qkv_proj`, dModel, widths, 'attention', false),
    mlp: (name) => {
      const [gate, input] = fused(`${name}.gate_up_proj`, dModel, [dMlp, dMlp], 'mlp', false)
      return {
        dMlp,
        activation,
        gate: gate!,
        input: input!,
        output: linear(`${name}.down_proj`, dMlp, dModel, 'mlp', false),
      }
    },
    tied: config.tie_word_embeddings ?? false,
  })
}
