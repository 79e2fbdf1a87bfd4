// OPT: LayerNorms with the fixed eps 1e-5, learned positions that start at row 2, ReLU (arXiv:2205.01068).
import { z } from 'zod'
import {
  CommonConfigSchema,
  count,
  eosTokenIds,
  layerCount,
  parseActivation,
  parseConfig,
  parseHeads,
  refuse,
} from '../config.js'
import type { BlockPlan } from '../plan.js'
import type { Architecture } from './architecture.js'
import { layerNorm, linear, tensorSpec, unembed } from './pieces.js'

const OptConfigSchema = z.looseObject({
  ...CommonConfigSchema.shape,
  hidden_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  ffn_dim: count,
  max_position_embeddings: count,
  activation_function: z.string().default('relu'),
  word_embed_proj_dim: count.nullish(),
  do_layer_norm_before: z.boolean().default(true),
  enable_bias: z.boolean().default(true),
  layer_norm_elementwise_affine: z.boolean().default(true),
  _remove_final_layer_norm: z.boolean().default(false),
})
type OptConfig = z.infer<typeof OptConfigSchema>

const EPS = 1e-5
/** Rows of the position table before position 0. */
const OFFSET = 2

function refuseVariants(config: OptConfig): void {
  if (!config.do_layer_norm_before) refuse('do_layer_norm_before', false)
  if (config._remove_final_layer_norm) refuse('_remove_final_layer_norm', true)
  if (!config.layer_norm_elementwise_affine) refuse('layer_norm_elementwise_affine', false)
  const width = config.word_embed_proj_dim ?? config.hidden_size
  if (width !== config.hidden_size)
    refuse('word_embed_proj_dim', width, `It must be hidden_size, ${config.hidden_size}.`)
}

function block(config: OptConfig, layer: number): BlockPlan {
  const { hidden_size: dModel, ffn_dim: dMlp, enable_bias: biased } = config
  const heads = parseHeads(dModel, config.num_attention_heads)
  const at = `layers.${layer}`
  const projection = (name: string) => linear(`${at}.self_attn.${name}_proj`, dModel, dModel, 'attention', biased)
  return {
    parallel: false,
    attention: {
      ...heads,
      q: projection('q'),
      k: projection('k'),
      v: projection('v'),
      o: projection('out'),
      qkNorm: null,
      rotary: null,
      window: null,
      scale: heads.headDim ** -0.5,
      softcap: null,
    },
    mlp: {
      dMlp,
      activation: parseActivation(config.activation_function),
      gate: null,
      input: linear(`${at}.fc1`, dModel, dMlp, 'mlp', biased),
      output: linear(`${at}.fc2`, dMlp, dModel, 'mlp', biased),
    },
    ln1: layerNorm(`${at}.self_attn_layer_norm`, dModel, EPS),
    ln2: layerNorm(`${at}.final_layer_norm`, dModel, EPS),
    ln1Post: null,
    ln2Post: null,
  }
}

export const opt: Architecture = (json) => {
  const config = parseConfig(OptConfigSchema, json)
  refuseVariants(config)
  const { hidden_size: dModel, vocab_size: vocabSize, num_hidden_layers: layers } = config
  const tied = config.tie_word_embeddings ?? true
  const tokens = tensorSpec('embed_tokens.weight', [vocabSize, dModel], 'embedding')
  const rows = config.max_position_embeddings + OFFSET
  return {
    spec: {
      architecture: config.model_type,
      layers,
      dModel,
      ...parseHeads(dModel, config.num_attention_heads),
      dMlp: config.ffn_dim,
      vocabSize,
      maxPositions: config.max_position_embeddings,
      activation: parseActivation(config.activation_function),
      normEps: EPS,
      rope: null,
      tiedEmbeddings: tied,
      bosTokenId: config.bos_token_id ?? null,
      eosTokenIds: eosTokenIds(config.eos_token_id),
    },
    prefixes: ['model.decoder.', 'decoder.'],
    embedding: {
      tokens,
      positions: { tensor: tensorSpec('embed_positions.weight', [rows, dModel], 'embedding'), offset: OFFSET },
      scale: 1,
    },
    blocks: Array.from({ length: layers }, (_, layer) => block(config, layer)),
    finalNorm: layerNorm('final_layer_norm', dModel, EPS),
    unembedding: { linear: unembed(tokens, tied), softcap: null },
  }
}
