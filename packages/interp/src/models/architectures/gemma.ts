// Gemma 1 (arXiv:2403.08295), 2 (arXiv:2408.00118) and 3's text model (arXiv:2503.19786): norms that multiply by 1 + weight, scaled
// embeddings; from 2 on norms after attention and MLP too, soft caps and local layers; in 3 norms on queries and keys, two ropes.
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
import type { RotaryPlan } from '../plan.js'
import { parseRope, parseRopeParameters, RopeConfigSchema } from '../rotary/rope.js'
import type { Activation } from '../spec.js'
import type { Architecture } from './architecture.js'
import { decoderPlan } from './decoder.js'
import { rmsNorm } from './pieces.js'
import { halves } from './rotary.js'

const GemmaConfigSchema = z.looseObject({
  ...DecoderConfigSchema.shape,
  ...RopeConfigSchema.shape,
  rms_norm_eps: positive.default(1e-6),
  attention_bias: z.boolean().default(false),
  hidden_activation: z.string().nullish(),
  use_bidirectional_attention: z.boolean().nullish(),
  query_pre_attn_scalar: positive.default(256),
  attn_logit_softcapping: positive.nullish(),
  final_logit_softcapping: positive.nullish(),
  sliding_window_pattern: z.int().positive().nullish(),
  _sliding_window_pattern: z.int().positive().nullish(),
  rope_local_base_freq: positive.nullish(),
})
type GemmaConfig = z.infer<typeof GemmaConfigSchema>

/** Head dimension when the config leaves it out. */
const HEAD_DIM = 256
const SANDWICH = {
  ln1: 'input_layernorm',
  ln1Post: 'post_attention_layernorm',
  ln2: 'pre_feedforward_layernorm',
  ln2Post: 'post_feedforward_layernorm',
}

function parse(json: unknown): GemmaConfig {
  const config = parseConfig(GemmaConfigSchema, json)
  if (config.use_bidirectional_attention) refuse('use_bidirectional_attention', true, 'Only causal models are.')
  return config
}

/** Options that all three generations share. */
function common(config: GemmaConfig) {
  const { rms_norm_eps: eps, attention_bias: biased } = config
  const headDim = config.head_dim === undefined ? HEAD_DIM : config.head_dim
  return {
    heads: parseHeads(config.hidden_size, config.num_attention_heads, config.num_key_value_heads, headDim),
    eps,
    norm: (name: string, width: number) => rmsNorm(name, width, eps, 1),
    bias: { qkv: biased, o: biased, mlp: false },
    tied: config.tie_word_embeddings ?? true,
    embeddingScale: Math.fround(Math.sqrt(config.hidden_size)),
  }
}

/** Early files say `gelu` in `hidden_act` and mean its tanh form. */
function gemma1Activation({ hidden_activation: fresh, hidden_act: old }: GemmaConfig): Activation {
  const name = fresh ?? old ?? 'gelu_pytorch_tanh'
  return !fresh && name === 'gelu' ? 'gelu_tanh' : parseActivation(name)
}

export const gemma: Architecture = (json) => {
  const config = parse(json)
  const shared = common(config)
  const rotary = halves(parseRope(config), shared.heads.headDim)
  return decoderPlan(config, {
    ...shared,
    activation: gemma1Activation(config),
    norms: { ln1: 'input_layernorm', ln2: 'post_attention_layernorm' },
    rotary: () => rotary,
    windows: parseWindows({ ...config, layer_types: null }, () => false),
  })
}

export const gemma2: Architecture = (json) => {
  const config = parse(json)
  const shared = common(config)
  const rotary = halves(parseRope(config), shared.heads.headDim)
  return decoderPlan(config, {
    ...shared,
    activation: parseActivation(config.hidden_activation ?? 'gelu_pytorch_tanh'),
    norms: SANDWICH,
    rotary: () => rotary,
    windows: parseWindows({ ...config, sliding_window: config.sliding_window ?? 4096 }, (layer) => layer % 2 === 0),
    scale: config.query_pre_attn_scalar ** -0.5,
    attentionSoftcap: softcap(config.attn_logit_softcapping, 50),
    logitSoftcap: softcap(config.final_logit_softcapping, 30),
  })
}

/** A cap that is null is off; one that is absent has the family's default. */
const softcap = (given: number | null | undefined, missing: number): number | null =>
  given === undefined ? missing : given

/** Global and local layers of Gemma 3 rotate with ropes of their own; the new layout holds one object per kind of layer. */
function gemma3Rotary(config: GemmaConfig, headDim: number): { full: RotaryPlan; sliding: RotaryPlan } {
  const parameters = config.rope_parameters
  const base = { fraction: 1, maxPositions: config.max_position_embeddings }
  const defaults = {
    full: { ...base, theta: config.rope_theta ?? 1_000_000 },
    sliding: { ...base, theta: config.rope_local_base_freq ?? 10_000 },
  }
  const full = parameters ? parameters['full_attention'] : config.rope_scaling
  const sliding = parameters ? parameters['sliding_attention'] : null
  return {
    full: halves(parseRopeParameters(full, defaults.full), headDim),
    sliding: halves(parseRopeParameters(sliding, defaults.sliding), headDim),
  }
}

export const gemma3: Architecture = (json) => {
  const config = parse(json)
  const shared = common(config)
  const pattern = config.sliding_window_pattern ?? config._sliding_window_pattern ?? 6
  const { full, sliding } = gemma3Rotary(config, shared.heads.headDim)
  const windows = parseWindows(
    { ...config, sliding_window: config.sliding_window ?? 4096 },
    (layer) => (layer + 1) % pattern !== 0,
  )
  return decoderPlan(config, {
    ...shared,
    activation: parseActivation(config.hidden_activation ?? 'gelu_pytorch_tanh'),
    norms: SANDWICH,
    qkNorm: 'head',
    rotary: (layer) => (windows[layer] === null ? full : sliding),
    windows,
    scale: config.query_pre_attn_scalar ** -0.5,
    // The reference library reads attn_logit_softcapping here and never applies it; the published models have none.
    attentionSoftcap: null,
    logitSoftcap: config.final_logit_softcapping ?? null,
  })
}
