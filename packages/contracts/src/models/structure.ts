// How a model is put together: norms, attention and MLP of every block, with parameters and bytes. Read from config and tensor headers.
import { z } from 'zod'

export const ModelNormSchema = z.object({
  /** `layer`: LayerNorm; `rms`: RMSNorm. */
  kind: z.enum(['layer', 'rms']),
  width: z.int(),
  eps: z.number(),
  bias: z.boolean(),
  /** Values are multiplied by `offset + weight` (1 in Gemma). */
  offset: z.union([z.literal(0), z.literal(1)]),
})
export type ModelNorm = z.infer<typeof ModelNormSchema>

export const ModelAttentionSchema = z.object({
  heads: z.int(),
  kvHeads: z.int(),
  headDim: z.int(),
  /** Tokens seen, the current one included; null: all earlier ones. */
  window: z.int().nullable(),
  /** Scores are multiplied by it. */
  scale: z.number(),
  /** Scores become cap tanh(scores / cap). */
  softcap: z.number().nullable(),
  /** Null: positions do not enter here. `width`: dimensions of a head that are rotated. */
  rotary: z.object({ rope: z.string(), width: z.int(), pairs: z.enum(['halves', 'neighbours']) }).nullable(),
  /** Queries and keys are normalised per head, or all heads together. */
  qkNorm: z.enum(['head', 'projection']).nullable(),
  bias: z.object({ qkv: z.boolean(), output: z.boolean() }),
})
export type ModelAttention = z.infer<typeof ModelAttentionSchema>

export const ModelMlpSchema = z.object({
  dMlp: z.int(),
  activation: z.string(),
  /** act(x W_gate) * (x W_in) rather than act(x W_in). */
  gated: z.boolean(),
  bias: z.boolean(),
})
export type ModelMlp = z.infer<typeof ModelMlpSchema>

export const ModelBlockSchema = z.object({
  /** Attention and MLP both read resid_pre; otherwise the MLP reads what attention has written. */
  parallel: z.boolean(),
  attention: ModelAttentionSchema,
  mlp: ModelMlpSchema,
  ln1: ModelNormSchema.nullable(),
  /** `shared`: the MLP reads the output of ln1. */
  ln2: ModelNormSchema.or(z.literal('shared')).nullable(),
  /** Norms on what attention and MLP add to the stream. */
  ln1Post: ModelNormSchema.nullable(),
  ln2Post: ModelNormSchema.nullable(),
  parameters: z.object({ attention: z.int(), mlp: z.int(), norm: z.int() }),
})
export type ModelBlock = z.infer<typeof ModelBlockSchema>

export const ModelPartSchema = z.object({
  part: z.enum(['embedding', 'attention', 'mlp', 'norm', 'unembedding']),
  parameters: z.int(),
  /** Bytes in the file, and in memory at fp32. */
  storedBytes: z.number(),
  memoryBytes: z.number(),
})
export type ModelPart = z.infer<typeof ModelPartSchema>

export const ModelStructureSchema = z.object({
  embedding: z.object({
    parameters: z.int(),
    /** Token embeddings are multiplied by it. */
    scale: z.number(),
    /** Learned positions; position p is row p + offset. */
    positions: z.object({ count: z.int(), offset: z.int(), parameters: z.int() }).nullable(),
  }),
  /** One entry per layer. */
  blocks: z.array(ModelBlockSchema),
  finalNorm: ModelNormSchema,
  unembedding: z.object({
    /** 0 when the matrix is that of the token embedding. */
    parameters: z.int(),
    tied: z.boolean(),
    bias: z.boolean(),
    /** Logits become cap tanh(logits / cap). */
    softcap: z.number().nullable(),
  }),
  parts: z.array(ModelPartSchema),
})
export type ModelStructure = z.infer<typeof ModelStructureSchema>

/** A usual site that this model does not have, and why. `blocks.L.` stands for every layer. */
export const AbsentSiteSchema = z.object({ name: z.string(), reason: z.string() })
export type AbsentSite = z.infer<typeof AbsentSiteSchema>
