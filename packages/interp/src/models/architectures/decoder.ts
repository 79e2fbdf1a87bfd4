// The plan of Llama's many relatives: same tensor names, same order of things; what differs comes in as options.
import type { z } from 'zod'
import { type DecoderConfigSchema, eosTokenIds, type Heads } from '../config.js'
import type { BlockPlan, LinearPlan, MlpPlan, ModelPlan, NormPlan, RotaryPlan } from '../plan.js'
import type { Activation } from '../spec.js'
import { linear, tensorSpec, unembed } from './pieces.js'
import { usablePositions } from './rotary.js'

type DecoderConfig = z.infer<typeof DecoderConfigSchema>

export interface DecoderOptions {
  readonly heads: Heads
  readonly activation: Activation
  readonly eps: number
  readonly norm: (name: string, width: number) => NormPlan
  /** Names of the norms of a block, those it has. */
  readonly norms: {
    readonly ln1?: string
    readonly ln1Post?: string
    /** `shared`: the MLP reads the output of ln1. */
    readonly ln2?: string
    readonly ln2Post?: string
  }
  readonly rotary: (layer: number) => RotaryPlan
  readonly windows: readonly (number | null)[]
  readonly bias: { readonly qkv: boolean; readonly o: boolean; readonly mlp: boolean }
  readonly tied: boolean
  readonly parallel?: boolean
  readonly qkNorm?: 'head' | 'projection'
  /** Default: headDim^-0.5. */
  readonly scale?: number
  readonly attentionSoftcap?: number | null
  readonly logitSoftcap?: number | null
  readonly embeddingScale?: number
  readonly finalNorm?: string
  /** Queries, keys and values, where they are not q_proj, k_proj, v_proj. */
  readonly qkv?: (attention: string) => readonly LinearPlan[]
  /** The MLP, where it is not gate_proj, up_proj, down_proj. */
  readonly mlp?: (name: string) => MlpPlan
  readonly attentionOutput?: string
  readonly unembeddingBias?: boolean
}

function separateQkv(config: DecoderConfig, { heads: sizes, bias }: DecoderOptions, name: string): LinearPlan[] {
  const { heads, kvHeads, headDim } = sizes
  const widths = { q: heads * headDim, k: kvHeads * headDim, v: kvHeads * headDim }
  return (['q', 'k', 'v'] as const).map((kind) =>
    linear(`${name}.${kind}_proj`, config.hidden_size, widths[kind], 'attention', bias.qkv),
  )
}

function gatedMlp(config: DecoderConfig, { activation, bias }: DecoderOptions, name: string): MlpPlan {
  const { hidden_size: dModel, intermediate_size: dMlp } = config
  return {
    dMlp,
    activation,
    gate: linear(`${name}.gate_proj`, dModel, dMlp, 'mlp', bias.mlp),
    input: linear(`${name}.up_proj`, dModel, dMlp, 'mlp', bias.mlp),
    output: linear(`${name}.down_proj`, dMlp, dModel, 'mlp', bias.mlp),
  }
}

function qkNormOf(options: DecoderOptions, attention: string): BlockPlan['attention']['qkNorm'] {
  const { qkNorm: over, heads } = options
  if (!over) return null
  const norm = (kind: 'q' | 'k', count: number): NormPlan =>
    options.norm(`${attention}.${kind}_norm`, over === 'head' ? heads.headDim : count * heads.headDim)
  return { over, q: norm('q', heads.heads), k: norm('k', heads.kvHeads) }
}

function block(config: DecoderConfig, options: DecoderOptions, layer: number): BlockPlan {
  const { norms, heads, bias } = options
  const { hidden_size: dModel } = config
  const at = `layers.${layer}`
  const attention = `${at}.self_attn`
  const norm = (name: string | undefined): NormPlan | null => (name ? options.norm(`${at}.${name}`, dModel) : null)
  const [q, k, v] = options.qkv?.(attention) ?? separateQkv(config, options, attention)
  return {
    parallel: options.parallel ?? false,
    attention: {
      ...heads,
      q: q!,
      k: k!,
      v: v!,
      o: linear(
        `${attention}.${options.attentionOutput ?? 'o_proj'}`,
        heads.heads * heads.headDim,
        dModel,
        'attention',
        bias.o,
      ),
      qkNorm: qkNormOf(options, attention),
      rotary: options.rotary(layer),
      window: options.windows[layer] ?? null,
      scale: options.scale ?? heads.headDim ** -0.5,
      softcap: options.attentionSoftcap ?? null,
    },
    mlp: options.mlp?.(`${at}.mlp`) ?? gatedMlp(config, options, `${at}.mlp`),
    ln1: norm(norms.ln1),
    ln1Post: norm(norms.ln1Post),
    ln2: norms.ln2 === 'shared' ? 'shared' : norm(norms.ln2),
    ln2Post: norm(norms.ln2Post),
  }
}

/** A decoder with Llama's tensor names. */
export function decoderPlan(config: DecoderConfig, options: DecoderOptions): ModelPlan {
  const { hidden_size: dModel, vocab_size: vocabSize, num_hidden_layers: layers } = config
  const tokens = tensorSpec('embed_tokens.weight', [vocabSize, dModel], 'embedding')
  const fullLayer = Math.max(0, options.windows.indexOf(null))
  const { rope } = options.rotary(fullLayer)
  return {
    spec: {
      architecture: config.model_type,
      layers,
      dModel,
      ...options.heads,
      dMlp: config.intermediate_size,
      vocabSize,
      maxPositions: usablePositions(rope, config.max_position_embeddings),
      activation: options.activation,
      normEps: options.eps,
      rope,
      tiedEmbeddings: options.tied,
      bosTokenId: config.bos_token_id ?? null,
      eosTokenIds: eosTokenIds(config.eos_token_id),
    },
    prefixes: ['model.'],
    embedding: { tokens, positions: null, scale: options.embeddingScale ?? 1 },
    blocks: Array.from({ length: layers }, (_, layer) => block(config, options, layer)),
    finalNorm: options.norm(options.finalNorm ?? 'norm', dModel),
    unembedding: {
      linear: unembed(tokens, options.tied, 'lm_head', options.unembeddingBias ?? false),
      softcap: options.logitSoftcap ?? null,
    },
  }
}

/** The names of Llama's two norms. */
export const PRE_NORMS = { ln1: 'input_layernorm', ln2: 'post_attention_layernorm' }
