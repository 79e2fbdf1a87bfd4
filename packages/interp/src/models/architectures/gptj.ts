// GPT-J: parallel blocks that share one LayerNorm, rotation of neighbouring dimensions (Wang and Komatsuzaki 2021).
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
import { ModelError } from '../errors.js'
import type { BlockPlan, RotaryPlan } from '../plan.js'
import type { Architecture } from './architecture.js'
import { layerNorm, linear, tensorSpec, unembed } from './pieces.js'

const GptjConfigSchema = z.looseObject({
  ...CommonConfigSchema.shape,
  n_embd: count,
  n_layer: layerCount,
  n_head: count,
  n_positions: count,
  n_inner: count.nullish(),
  rotary_dim: count.default(64),
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: positive.default(1e-5),
})
type GptjConfig = z.infer<typeof GptjConfigSchema>

/** The family's only base; its configs do not name one. */
const ROPE = { type: 'default', theta: 10_000 } as const

function rotaryOf({ rotary_dim: width }: GptjConfig, headDim: number): RotaryPlan {
  if (width % 2 === 0 && width <= headDim) return { rope: ROPE, width, pairs: 'neighbours' }
  throw new ModelError(
    'model_invalid',
    `config.json: rotary_dim ${width} is no even part of a head dimension of ${headDim}.`,
  )
}

function block(config: GptjConfig, layer: number): BlockPlan {
  const { n_embd: dModel, layer_norm_epsilon: eps } = config
  const dMlp = config.n_inner ?? 4 * dModel
  const heads = parseHeads(dModel, config.n_head)
  const at = `h.${layer}`
  const projection = (name: string) => linear(`${at}.attn.${name}_proj`, dModel, dModel, 'attention', false)
  return {
    parallel: true,
    attention: {
      ...heads,
      q: projection('q'),
      k: projection('k'),
      v: projection('v'),
      o: projection('out'),
      qkNorm: null,
      rotary: rotaryOf(config, heads.headDim),
      window: null,
      scale: heads.headDim ** -0.5,
      softcap: null,
    },
    mlp: {
      dMlp,
      activation: parseActivation(config.activation_function),
      gate: null,
      input: linear(`${at}.mlp.fc_in`, dModel, dMlp, 'mlp', true),
      output: linear(`${at}.mlp.fc_out`, dMlp, dModel, 'mlp', true),
    },
    ln1: layerNorm(`${at}.ln_1`, dModel, eps),
    ln2: 'shared',
    ln1Post: null,
    ln2Post: null,
  }
}

export const gptj: Architecture = (json) => {
  const config = parseConfig(GptjConfigSchema, json)
  const { n_embd: dModel, vocab_size: vocabSize, n_layer: layers, layer_norm_epsilon: eps } = config
  const tied = config.tie_word_embeddings ?? false
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
      rope: ROPE,
      tiedEmbeddings: tied,
      bosTokenId: config.bos_token_id ?? null,
      eosTokenIds: eosTokenIds(config.eos_token_id),
    },
    prefixes: ['transformer.'],
    embedding: { tokens, positions: null, scale: 1 },
    blocks: Array.from({ length: layers }, (_, layer) => block(config, layer)),
    finalNorm: layerNorm('ln_f', dModel, eps),
    unembedding: { linear: unembed(tokens, tied, 'lm_head', true), softcap: null },
  }
}
