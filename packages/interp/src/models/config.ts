// Fields of a Hugging Face config.json that decoder families share, checked. What a missing key means is each architecture's business.
import { z } from 'zod'
import { ModelError } from './errors.js'
import type { Activation } from './spec.js'

const count = z.int().positive()
const tokenId = z.int().nonnegative()

export const ModelTypeSchema = z.looseObject({ model_type: z.string(), quantization_config: z.unknown().optional() })

/** Common to decoder-only models. `dtype`/`torch_dtype` are not read: what is in the file says the tensor headers. */
export const DecoderConfigSchema = z.looseObject({
  model_type: z.string(),
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  intermediate_size: count,
  vocab_size: count,
  max_position_embeddings: count,
  hidden_act: z.string(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
  tie_word_embeddings: z.boolean().optional(),
})

/** Checks a config against a schema. @throws ModelError `model_invalid` listing every field at fault. */
export function parseConfig<T>(schema: z.ZodType<T>, config: unknown): T {
  const parsed = schema.safeParse(config)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top level)'}: ${issue.message}`)
  throw new ModelError('model_invalid', `config.json is not a valid model config: ${fields.join('; ')}`, { fields })
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
  const activation = ACTIVATIONS[name]
  if (activation) return activation
  const known = Object.keys(ACTIVATIONS).join(', ')
  throw new ModelError('model_unsupported', `config.json: activation ${name} is not supported (${known} are).`)
}

/** Heads, key/value heads and head dimension. @throws ModelError `model_invalid` when they do not fit one another. */
export function parseHeads(config: z.infer<typeof DecoderConfigSchema>): {
  heads: number
  kvHeads: number
  headDim: number
} {
  const heads = config.num_attention_heads
  const kvHeads = config.num_key_value_heads ?? heads
  const headDim = config.head_dim ?? config.hidden_size / heads
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) {
    throw new ModelError(
      'model_invalid',
      `config.json: hidden_size ${config.hidden_size} and ${heads} heads give no even head dimension.`,
    )
  }
  if (heads % kvHeads !== 0) {
    throw new ModelError(
      'model_invalid',
      `config.json: ${heads} attention heads cannot share ${kvHeads} key/value heads.`,
    )
  }
  return { heads, kvHeads, headDim }
}

/** End-of-sequence ids as a list; a config may give none, one or several. */
export function eosTokenIds(id: number | readonly number[] | null | undefined): readonly number[] {
  if (id === null || id === undefined) return []
  return typeof id === 'number' ? [id] : id
}
