// Llama: pre-norm blocks with RMSNorm, rotary grouped-query attention and a gated MLP (Touvron et al. 2023, arXiv:2302.13971).
import { z } from 'zod'
import { DecoderConfigSchema, eosTokenIds, parseActivation, parseConfig, parseHeads } from '../config.js'
import { parseRope, RopeConfigSchema } from '../rope.js'
import type { Site } from '../sites.js'
import type { ModelSpec, TensorSpec } from '../spec.js'
import type { Architecture } from './architecture.js'
import { defineLlama } from './llama-graph.js'

const LlamaConfigSchema = z.looseObject({
  ...DecoderConfigSchema.shape,
  ...RopeConfigSchema.shape,
  rms_norm_eps: z.number().positive().default(1e-6),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
})

function parse(json: unknown): ModelSpec {
  const config = parseConfig(LlamaConfigSchema, json)
  return {
    architecture: config.model_type,
    layers: config.num_hidden_layers,
    dModel: config.hidden_size,
    ...parseHeads(config),
    dMlp: config.intermediate_size,
    vocabSize: config.vocab_size,
    maxPositions: config.max_position_embeddings,
    activation: parseActivation(config.hidden_act),
    normEps: config.rms_norm_eps,
    rope: parseRope(config),
    attentionBias: config.attention_bias,
    mlpBias: config.mlp_bias,
    tiedEmbeddings: config.tie_word_embeddings ?? false,
    bosTokenId: config.bos_token_id ?? null,
    eosTokenIds: eosTokenIds(config.eos_token_id),
  }
}

/** A linear layer's weight [out, in] and, if it has one, bias [out]. */
function linearTensors(name: string, dIn: number, dOut: number, part: TensorSpec['part'], bias: boolean): TensorSpec[] {
  const weight: TensorSpec = { name: `${name}.weight`, shape: [dOut, dIn], part }
  return bias ? [weight, { name: `${name}.bias`, shape: [dOut], part }] : [weight]
}

function layerTensors(spec: ModelSpec, layer: number): TensorSpec[] {
  const { dModel, heads, kvHeads, headDim, dMlp, attentionBias, mlpBias } = spec
  const at = `layers.${layer}`
  return [
    { name: `${at}.input_layernorm.weight`, shape: [dModel], part: 'norm' },
    ...linearTensors(`${at}.self_attn.q_proj`, dModel, heads * headDim, 'attention', attentionBias),
    ...linearTensors(`${at}.self_attn.k_proj`, dModel, kvHeads * headDim, 'attention', attentionBias),
    ...linearTensors(`${at}.self_attn.v_proj`, dModel, kvHeads * headDim, 'attention', attentionBias),
    ...linearTensors(`${at}.self_attn.o_proj`, heads * headDim, dModel, 'attention', attentionBias),
    { name: `${at}.post_attention_layernorm.weight`, shape: [dModel], part: 'norm' },
    ...linearTensors(`${at}.mlp.gate_proj`, dModel, dMlp, 'mlp', mlpBias),
    ...linearTensors(`${at}.mlp.up_proj`, dModel, dMlp, 'mlp', mlpBias),
    ...linearTensors(`${at}.mlp.down_proj`, dMlp, dModel, 'mlp', mlpBias),
  ]
}

function tensors(spec: ModelSpec): TensorSpec[] {
  const { layers, vocabSize, dModel, tiedEmbeddings } = spec
  const embedding: TensorSpec = { name: 'embed_tokens.weight', shape: [vocabSize, dModel], part: 'embedding' }
  const unembedding: TensorSpec = { name: 'lm_head.weight', shape: [vocabSize, dModel], part: 'unembedding' }
  return [
    embedding,
    ...Array.from({ length: layers }, (_, layer) => layerTensors(spec, layer)).flat(),
    { name: 'norm.weight', shape: [dModel], part: 'norm' },
    ...(tiedEmbeddings ? [] : [unembedding]),
  ]
}

function layerSites(spec: ModelSpec, layer: number): Site[] {
  const { dModel, heads, kvHeads, headDim, dMlp } = spec
  const site = (kind: string, shape: readonly number[]): Site => ({ name: `blocks.${layer}.${kind}`, layer, shape })
  return [
    site('hook_resid_pre', [dModel]),
    site('ln1.hook_normalized', [dModel]),
    site('attn.hook_q', [heads, headDim]),
    site('attn.hook_k', [kvHeads, headDim]),
    site('attn.hook_v', [kvHeads, headDim]),
    site('attn.hook_z', [heads, headDim]),
    site('hook_attn_out', [dModel]),
    site('hook_resid_mid', [dModel]),
    site('ln2.hook_normalized', [dModel]),
    site('mlp.hook_pre', [dMlp]),
    site('mlp.hook_pre_linear', [dMlp]),
    site('mlp.hook_post', [dMlp]),
    site('hook_mlp_out', [dModel]),
    site('hook_resid_post', [dModel]),
  ]
}

function sites(spec: ModelSpec): Site[] {
  return [
    { name: 'hook_embed', layer: null, shape: [spec.dModel] },
    ...Array.from({ length: spec.layers }, (_, layer) => layerSites(spec, layer)).flat(),
    { name: 'ln_final.hook_normalized', layer: null, shape: [spec.dModel] },
  ]
}

export const llama: Architecture = {
  parse,
  tensors,
  sites,
  define: defineLlama,
  unembedding: (spec) => ({
    weight: spec.tiedEmbeddings ? 'embed_tokens.weight' : 'lm_head.weight',
    finalNorm: 'norm.weight',
  }),
}
