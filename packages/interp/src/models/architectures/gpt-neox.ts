// GPT-NeoX and Pythia: LayerNorms, partial rotation, queries, keys and values in one tensor grouped by head; attention and MLP parallel
// with a norm each, or serial (arXiv:2204.06745, arXiv:2304.01373).
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
} from '../config.js'
import type { BlockPlan, RotaryPlan } from '../plan.js'
import { parseRope, RopeConfigSchema } from '../rotary/rope.js'
import type { Architecture } from './architecture.js'
import { interleaved, layerNorm, linear, tensorSpec, unembed } from './pieces.js'
import { halves, usablePositions } from './rotary.js'

const NeoxConfigSchema = z.looseObject({
  ...CommonConfigSchema.shape,
  ...RopeConfigSchema.shape,
  hidden_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  intermediate_size: count,
  max_position_embeddings: count,
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: positive.default(1e-5),
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  rotary_pct: positive.max(1).nullish(),
  rotary_emb_base: positive.nullish(),
})
type NeoxConfig = z.infer<typeof NeoxConfigSchema>

/** Share of a head that is rotated when the config leaves it out. */
const FRACTION = 0.25

function block(config: NeoxConfig, rotary: RotaryPlan, layer: number): BlockPlan {
  const { hidden_size: dModel, intermediate_size: dMlp, layer_norm_eps: eps, attention_bias: biased } = config
  const heads = parseHeads(dModel, config.num_attention_heads)
  const at = `layers.${layer}`
  const [q, k, v] = interleaved(`${at}.attention.query_key_value`, dModel, heads.heads, heads.headDim, biased)
  return {
    parallel: config.use_parallel_residual,
    attention: {
      ...heads,
      q: q!,
      k: k!,
      v: v!,
      o: linear(`${at}.attention.dense`, dModel, dModel, 'attention', biased),
      qkNorm: null,
      rotary,
      window: null,
      scale: heads.headDim ** -0.5,
      softcap: null,
    },
    mlp: {
      dMlp,
      activation: parseActivation(config.hidden_act),
      gate: null,
      input: linear(`${at}.mlp.dense_h_to_4h`, dModel, dMlp, 'mlp', true),
      output: linear(`${at}.mlp.dense_4h_to_h`, dMlp, dModel, 'mlp', true),
    },
    ln1: layerNorm(`${at}.input_layernorm`, dModel, eps),
    ln2: layerNorm(`${at}.post_attention_layernorm`, dModel, eps),
    ln1Post: null,
    ln2Post: null,
  }
}

export const gptNeox: Architecture = (json) => {
  const config = parseConfig(NeoxConfigSchema, json)
  const { hidden_size: dModel, vocab_size: vocabSize, num_hidden_layers: layers, layer_norm_eps: eps } = config
  const heads = parseHeads(dModel, config.num_attention_heads)
  const tied = config.tie_word_embeddings ?? false
  const parsed = parseRope(config, {
    theta: config.rotary_emb_base ?? 10_000,
    fraction: config.rotary_pct ?? FRACTION,
  })
  const rotary = halves(parsed, heads.headDim)
  const tokens = tensorSpec('embed_in.weight', [vocabSize, dModel], 'embedding')
  return {
    spec: {
      architecture: config.model_type,
      layers,
      dModel,
      ...heads,
      dMlp: config.intermediate_size,
      vocabSize,
      maxPositions: usablePositions(rotary.rope, config.max_position_embeddings),
      activation: parseActivation(config.hidden_act),
      normEps: eps,
      rope: rotary.rope,
      tiedEmbeddings: tied,
      bosTokenId: config.bos_token_id ?? null,
      eosTokenIds: eosTokenIds(config.eos_token_id),
    },
    prefixes: ['gpt_neox.'],
    embedding: { tokens, positions: null, scale: 1 },
    blocks: Array.from({ length: layers }, (_, layer) => block(config, rotary, layer)),
    finalNorm: layerNorm('final_layer_norm', dModel, eps),
    unembedding: { linear: unembed(tokens, tied, 'embed_out'), softcap: null },
  }
}
