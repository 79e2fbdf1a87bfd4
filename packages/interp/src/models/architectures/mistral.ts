// Mistral: Llama whose layers all see a sliding window, where the config gives one (arXiv:2310.06825).
import { z } from 'zod'
import { DecoderConfigSchema, parseActivation, parseConfig, parseHeads, parseWindows, positive } from '../config.js'
import { parseRope, RopeConfigSchema } from '../rotary/rope.js'
import type { Architecture } from './architecture.js'
import { decoderPlan, PRE_NORMS } from './decoder.js'
import { rmsNorm } from './pieces.js'
import { halves } from './rotary.js'

const MistralConfigSchema = z.looseObject({
  ...DecoderConfigSchema.shape,
  ...RopeConfigSchema.shape,
  rms_norm_eps: positive.default(1e-6),
})
/** What the family's configs mean when they leave it out. */
const KV_HEADS = 8
const WINDOW = 4096

export const mistral: Architecture = (json) => {
  const config = parseConfig(MistralConfigSchema, json)
  const { rms_norm_eps: eps } = config
  const kvHeads = config.num_key_value_heads === undefined ? KV_HEADS : config.num_key_value_heads
  const window = config.sliding_window === undefined ? WINDOW : config.sliding_window
  const heads = parseHeads(config.hidden_size, config.num_attention_heads, kvHeads, config.head_dim)
  const rotary = halves(parseRope(config), heads.headDim)
  return decoderPlan(config, {
    heads,
    activation: parseActivation(config.hidden_act ?? 'silu'),
    eps,
    norm: (name, width) => rmsNorm(name, width, eps),
    norms: PRE_NORMS,
    rotary: () => rotary,
    windows: parseWindows({ ...config, sliding_window: window }, () => window !== null),
    bias: { qkv: false, o: false, mlp: false },
    tied: config.tie_word_embeddings ?? false,
  })
}
