// GPT-2: LayerNorms, learned positions, weights stored as [in, out] (Radford et al. 2019).
import { z } from 'zod'
import {
  CommonConfigSchema,
  count,
  eosTokenIds,
  layerCount,
  parseActivation,
  parseConfig,
  parseHeads,
  positive,
  refuse,
} from '../config.js'
import type { BlockPlan } from '../plan.js'
import type { Architecture } from './architecture.js'
import { conv1d, layerNorm, tensorSpec, unembed } from './pieces.js'

const Gpt2ConfigSchema = z.looseObject({
  ...CommonConfigSchema.shape,
  n_embd: count,
  n_layer: layerCount,
  n_head: count,
  n_positions: count,
  n_inner: count.nullish(),
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: positive.default(1e-5),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  add_cross_attention: z.boolean().default(false),
})
type Gpt2Config = z.infer<typeof Gpt2ConfigSchema>

/** Scores may be divided by √head_dim, and by the layer's number counted from 1. */
const scoreScale = (config: Gpt2Config, headDim: number, layer: number): number =>
  (config.scale_attn_weights ? headDim ** -0.5 : 1) / (config.scale_attn_by_inverse_layer_idx ? layer + 1 : 1)

function block(config: Gpt2Config, layer: number): BlockPlan {
  const { n_embd: dModel, n_head, layer_norm_epsilon: eps } = config
  const dMlp = config.n_inner ?? 4 * dModel
  const heads = parseHeads(dModel, n_head)
  const at = `h.${layer}`
  const [q, k, v] = conv1d(`${at}.attn.c_attn`, dModel, [dModel, dModel, dModel], 'attention')
  const one = (name: string, dIn: number, dOut: number, part: 'attention' | 'mlp') =>
    conv1d(`${at}.${name}`, dIn, [dOut], part)[0]!
  return {
    parallel: false,
    attention: {
      ...heads,
      q: q!,
      k: k!,
      v: v!,
      o: one('attn.c_proj', dModel, dModel, 'attention'),
      qkNorm: null,
      rotary: null,
      window: null,
      scale: scoreScale(config, heads.headDim, layer),
      softcap: null,
    },
    mlp: {
      dMlp,
      activation: parseActivation(config.activation_function),
      gate: null,
      input: one('mlp.c_fc', dModel, dMlp, 'mlp'),
      output: one('mlp.c_proj', dMlp, dModel, 'mlp'),
    },
    ln1: layerNorm(`${at}.ln_1`, dModel, eps),
    ln2: layerNorm(`${at}.ln_2`, dModel, eps),
    ln1Post: null,
    ln2Post: null,
  }
}

export const gpt2: Architecture = (json) => {
  const config = parseConfig(Gpt2ConfigSchema, json)
  if (config.add_cross_attention) refuse('add_cross_attention', true, 'Only decoders without an encoder are.')
  const { n_embd: dModel, vocab_size: vocabSize, n_layer: layers, layer_norm_epsilon: eps } = config
  const tied = config.tie_word_embeddings ?? true
  const tokens = tensorSpec('wte.weight', [vocabSize, dModel], 'embedding')
  return {
    spec: {
      architecture: config.model_type,
      layers,
      dModel,
      ...parseHeads(dModel, config.n_head),
      dMlp: config.n_inner ?? 4 * dModel,
      vocabSize,
      maxPositions: config.n_positions,
      activation: parseActivation(config.activation_function),
      normEps: eps,
      rope: null,
      tiedEmbeddings: tied,
      bosTokenId: config.bos_token_id ?? null,
      eosTokenIds: eosTokenIds(config.eos_token_id),
    },
    prefixes: ['transformer.'],
    embedding: {
      tokens,
      positions: { tensor: tensorSpec('wpe.weight', [config.n_positions, dModel], 'embedding'), offset: 0 },
      scale: 1,
    },
    blocks: Array.from({ length: layers }, (_, layer) => block(config, layer)),
    finalNorm: layerNorm('ln_f', dModel, eps),
    unembedding: { linear: unembed(tokens, tied), softcap: null },
  }
}
