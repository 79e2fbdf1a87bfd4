// Fields of a Hugging Face config.json that decoder families share, checked. What a missing key means is each architecture's business.
import { z } from 'zod'
import { ModelError } from './errors.js'
import type { Activation } from './spec.js'

/** Above it a size is a damaged file, not a model; it bounds what is computed from a config before any weight is read. */
const MAX_SIZE = 2 ** 24
const MAX_LAYERS = 1024

export const count = z.int().positive().max(MAX_SIZE)
export const layerCount = z.int().positive().max(MAX_LAYERS)
export const positive = z.number().positive()
const tokenId = z.int().nonnegative()

export const ModelTypeSchema = z.looseObject({ model_type: z.string(), quantization_config: z.unknown().optional() })

/** Token ids and head sharing, common to all. */
export const CommonConfigSchema = z.looseObject({
  model_type: z.string(),
  vocab_size: count,
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
  tie_word_embeddings: z.boolean().nullish(),
})

/** The keys of Llama and its many relatives. `dtype`/`torch_dtype` are not read: what is in the file says the tensor headers. */
export const DecoderConfigSchema = z.looseObject({
  ...CommonConfigSchema.shape,
  hidden_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  intermediate_size: count,
  max_position_embeddings: count,
  hidden_act: z.string().nullish(),
  layer_types: z.array(z.enum(['full_attention', 'sliding_attention'])).nullish(),
  sliding_window: count.nullish(),
})

/** Faults named in a message and characters it takes: a damaged list has as many faults as entries. */
const MAX_SHOWN = 20
const MAX_TEXT = 2000

/** Checks a config against a schema. @throws ModelError `model_invalid` listing the fields at fault, at most 20. */
export function parseConfig<T>(schema: z.ZodType<T>, config: unknown): T {
  const parsed = schema.safeParse(config)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const fields = issues.slice(0, MAX_SHOWN).map((issue) => `${issue.path.join('.') || '(top level)'}: ${issue.message}`)
  const more = issues.length > fields.length ? `; and ${issues.length - fields.length} more` : ''
  const text = `${fields.join('; ').slice(0, MAX_TEXT)}${more}`
  throw new ModelError('model_invalid', `config.json is not a valid model config: ${text}`, { fields })
}

/** @throws ModelError `model_unsupported`: an option of the config that is not implemented, named with its value. */
export function refuse(option: string, value: unknown, hint = ''): never {
  throw new ModelError(
    'model_unsupported',
    `config.json: ${option} ${JSON.stringify(value)?.slice(0, 200)} is not supported.${hint ? ` ${hint}` : ''}`,
  )
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_fast: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
}

/** @throws ModelError `model_unsupported` naming an activation that is not implemented. */
export function parseActivation(name: string): Activation {
  const activation = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined
  if (activation) return activation
  const known = Object.keys(ACTIVATIONS).join(', ')
  throw new ModelError('model_unsupported', `config.json: activation ${name} is not supported (${known} are).`)
}

export interface Heads {
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
}

/**
 * Heads, key/value heads (missing: as many as heads) and head dimension (missing: hidden / heads).
 * @throws ModelError `model_invalid` when they do not fit one another.
 */
export function parseHeads(hidden: number, heads: number, kvHeads?: number | null, headDim?: number | null): Heads {
  const shared = kvHeads ?? heads
  const width = headDim ?? hidden / heads
  if (!Number.isInteger(width)) {
    throw new ModelError(
      'model_invalid',
      `config.json: a hidden size of ${hidden} cannot be divided among ${heads} heads.`,
    )
  }
  if (heads % shared !== 0) {
    throw new ModelError(
      'model_invalid',
      `config.json: ${heads} attention heads cannot share ${shared} key/value heads.`,
    )
  }
  return { heads, kvHeads: shared, headDim: width }
}

/**
 * The window of every layer. `layer_types` decides where it is given; else `slides(layer)` does.
 * @throws ModelError `model_invalid` when the list has another length than the model layers, or a window is wanted and none given.
 */
export function parseWindows(
  config: {
    num_hidden_layers: number
    layer_types?: readonly string[] | null | undefined
    sliding_window?: number | null | undefined
  },
  slides: (layer: number) => boolean,
): (number | null)[] {
  const { num_hidden_layers: layers, layer_types: types, sliding_window: window } = config
  if (types && types.length !== layers) {
    throw new ModelError('model_invalid', `config.json: layer_types names ${types.length} layers of ${layers}.`)
  }
  return Array.from({ length: layers }, (_, layer) => {
    if (!(types ? types[layer] === 'sliding_attention' : slides(layer))) return null
    if (window) return window
    throw new ModelError('model_invalid', `config.json: layer ${layer} slides, but sliding_window is missing.`)
  })
}

/** End-of-sequence ids as a list; a config may give none, one or several. */
export function eosTokenIds(id: number | readonly number[] | null | undefined): readonly number[] {
  if (id === null || id === undefined) return []
  return typeof id === 'number' ? [id] : id
}
