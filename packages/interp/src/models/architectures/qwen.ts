// Qwen 2 and 2.5: Llama with biases on queries, keys and values (arXiv:2407.10671). Qwen 3: no biases, norms on each head's queries and
// keys (arXiv:2505.09388). Later layers may slide.
import { z } from 'zod'
import { DecoderConfigSchema, parseActivation, parseConfig, parseHeads, parseWindows, positive } from '../config.js'
import { parseRope, RopeConfigSchema } from '../rotary/rope.js'
import type { Architecture } from './architecture.js'
import { decoderPlan, PRE_NORMS } from './decoder.js'
import { rmsNorm } from './pieces.js'
import { halves } from './rotary.js'

const QwenConfigSchema = z.looseObject({
  ...DecoderConfigSchema.shape,
  ...RopeConfigSchema.shape,
  rms_norm_eps: positive.default(1e-6),
  use_sliding_window: z.boolean().default(false),
  max_window_layers: z.int().nonnegative().default(28),
  attention_bias: z.boolean().default(false),
})
type QwenConfig = z.infer<typeof QwenConfigSchema>

const DEFAULT_WINDOW = 4096

/** `sliding_window` counts only where `use_sliding_window` says so. */
function windows(config: QwenConfig): (number | null)[] {
  const { use_sliding_window: used, max_window_layers: first } = config
  const window = config.sliding_window === undefined ? DEFAULT_WINDOW : config.sliding_window
  const slides = used && window !== null
  const layered = { ...config, sliding_window: window, layer_types: slides ? config.layer_types : null }
  return parseWindows(layered, (layer) => slides && layer >= first)
}

const plan = (
  config: QwenConfig,
  headDim: number | null | undefined,
  family: { qkvBias: boolean; oBias: boolean; qkNorm?: 'head' },
) => {
  const { rms_norm_eps: eps } = config
  const heads = parseHeads(config.hidden_size, config.num_attention_heads, config.num_key_value_heads, headDim)
  const rotary = halves(parseRope(config), heads.headDim)
  return decoderPlan(config, {
    heads,
    activation: parseActivation(config.hidden_act ?? 'silu'),
    eps,
    norm: (name, width) => rmsNorm(name, width, eps),
    norms: PRE_NORMS,
    rotary: () => rotary,
    windows: windows(config),
    bias: { qkv: family.qkvBias, o: family.oBias, mlp: false },
    tied: config.tie_word_embeddings ?? false,
    ...(family.qkNorm ? { qkNorm: family.qkNorm } : {}),
  })
}

export const qwen2: Architecture = (json) => {
  const config = parseConfig(QwenConfigSchema, json)
  return plan(config, config.head_dim, { qkvBias: true, oBias: false })
}

/** Head dimension of Qwen 3 when the config leaves it out. */
const QWEN3_HEAD_DIM = 128

export const qwen3: Architecture = (json) => {
  const config = parseConfig(QwenConfigSchema, json)
  const { attention_bias: biased } = config
  const headDim = config.head_dim === undefined ? QWEN3_HEAD_DIM : config.head_dim
  return plan(config, headDim, { qkvBias: biased, oBias: biased, qkNorm: 'head' })
}
