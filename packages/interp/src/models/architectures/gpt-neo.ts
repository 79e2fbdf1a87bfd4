// GPT-Neo: GPT-2 with separate projections, scores that are not scaled, and every other layer local (Black et al. 2021).
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
import type { BlockPlan } from '../plan.js'
import type { Architecture } from './architecture.js'
import { layerNorm, linear, tensorSpec, unembed } from './pieces.js'

const Kind = z.enum(['global', 'local'])
const NeoConfigSchema = z.looseObject({
  ...CommonConfigSchema.shape,
  hidden_size: count,
  num_layers: layerCount,
  num_heads: count,
  max_position_embeddings: count,
  intermediate_size: count.nullish(),
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: positive.default(1e-5),
  window_size: count.default(256),
  attention_layers: z.array(Kind).nullish(),
  attention_types: z.array(z.tuple([z.array(Kind), layerCount])).nullish(),
})
type NeoConfig = z.infer<typeof NeoConfigSchema>

/** Kind of every layer: listed, or repeated patterns; without either, global and local in turn. */
function attentionKinds(config: NeoConfig): readonly string[] {
  const { num_layers: layers, attention_layers: listed, attention_types: types } = config
  const repeated = types?.flatMap(([pattern, times]) => Array.from({ length: times }, () => pattern).flat())
  const kinds = listed ?? repeated ?? Array.from({ length: layers }, (_, layer) => (layer % 2 ? 'local' : 'global'))
  if (kinds.length === layers) return kinds
  throw new ModelError(
    'model_invalid',
    `config.json: the attention layers or types name ${kinds.length} layers of ${layers}.`,
  )
}

function block(config: NeoConfig, kind: string, layer: number): BlockPlan {
  const { hidden_size: dModel, layer_norm_epsilon: eps } = config
  const dMlp = config.intermediate_size ?? 4 * dModel
  const at = `h.${layer}`
  const projection = (name: string, bias: boolean) =>
    linear(`${at}.attn.attention.${name}_proj`, dModel, dModel, 'attention', bias)
  return {
    parallel: false,
    attention: {
      ...parseHeads(dModel, config.num_heads),
      q: projection('q', false),
      k: projection('k', false),
      v: projection('v', false),
      o: projection('out', true),
      qkNorm: null,
      rotary: null,
      window: kind === 'local' ? config.window_size : null,
      scale: 1,
      softcap: null,
    },
    mlp: {
      dMlp,
      activation: parseActivation(config.activation_function),
      gate: null,
      input: linear(`${at}.mlp.c_fc`, dModel, dMlp, 'mlp', true),
      output: linear(`${at}.mlp.c_proj`, dMlp, dModel, 'mlp', true),
    },
    ln1: layerNorm(`${at}.ln_1`, dModel, eps),
    ln2: layerNorm(`${at}.ln_2`, dModel, eps),
    ln1Post: null,
    ln2Post: null,
  }
}

export const gptNeo: Architecture = (json) => {
  const config = parseConfig(NeoConfigSchema, json)
  const { hidden_size: dModel, vocab_size: vocabSize, num_layers: layers, layer_norm_epsilon: eps } = config
  const tied = config.tie_word_embeddings ?? true
  const kinds = attentionKinds(config)
  const tokens = tensorSpec('wte.weight', [vocabSize, dModel], 'embedding')
  const positions = tensorSpec('wpe.weight', [config.max_position_embeddings, dModel], 'embedding')
  return {
    spec: {
      architecture: config.model_type,
      layers,
      dModel,
      ...parseHeads(dModel, config.num_heads),
      dMlp: config.intermediate_size ?? 4 * dModel,
      vocabSize,
      maxPositions: config.max_position_embeddings,
      activation: parseActivation(config.activation_function),
      normEps: eps,
      rope: null,
      tiedEmbeddings: tied,
      bosTokenId: config.bos_token_id ?? null,
      eosTokenIds: eosTokenIds(config.eos_token_id),
    },
    prefixes: ['transformer.'],
    embedding: { tokens, positions: { tensor: positions, offset: 0 }, scale: 1 },
    blocks: kinds.map((kind, layer) => block(config, kind, layer)),
    finalNorm: layerNorm('ln_f', dModel, eps),
    unembedding: { linear: unembed(tokens, tied), softcap: null },
  }
}
