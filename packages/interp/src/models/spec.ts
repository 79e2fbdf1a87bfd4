// What a model is, in figures: sizes and options read from its config, never guessed. Also what follows from them: parameters and memory.
import type { Rope } from './rotary/rope.js'

/** Activation of the MLP, by the names used in Hugging Face configs; the three tanh spellings of GELU are one. */
export type Activation = 'silu' | 'gelu' | 'gelu_tanh' | 'relu'

/** The figures of a model; how its parts are put together says its plan (plan.ts). */
export interface ModelSpec {
  /** `model_type` of config.json. */
  readonly architecture: string
  readonly layers: number
  readonly dModel: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly dMlp: number
  readonly vocabSize: number
  readonly maxPositions: number
  readonly activation: Activation
  readonly normEps: number
  /** Null: positions are learned. Where layers differ, that of the layers with full attention. */
  readonly rope: Rope | null
  readonly tiedEmbeddings: boolean
  readonly bosTokenId: number | null
  readonly eosTokenIds: readonly number[]
}

/** One tensor that the architecture needs: its name without prefix, its shape as stored and the part of the model it belongs to. */
export interface TensorSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly part: 'embedding' | 'attention' | 'mlp' | 'norm' | 'unembedding'
}

const size = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

/** Parameters in total and by part. Tied embeddings are counted once. */
export function countParameters(tensors: readonly TensorSpec[]): {
  total: number
  byPart: { part: TensorSpec['part']; parameters: number }[]
} {
  const parts = new Map<TensorSpec['part'], number>()
  for (const { part, shape } of tensors) parts.set(part, (parts.get(part) ?? 0) + size(shape))
  const byPart = [...parts].map(([part, parameters]) => ({ part, parameters }))
  return { total: byPart.reduce((sum, { parameters }) => sum + parameters, 0), byPart }
}

export interface MemoryEstimate {
  /** Bytes of all weights at float32. */
  readonly weights: number
  /** Bytes of key and value cache per token of one sequence. */
  readonly kvPerToken: number
  /** Bytes of intermediate values per token of a batch while one layer is computed, logits not counted. */
  readonly activationsPerToken: number
  /** Bytes of logits per token. */
  readonly logitsPerToken: number
}

/** Memory of a float32 forward pass: what must exist at once in the widest layer, without the allocator's slack. */
export function estimateMemory(spec: ModelSpec, parameters: number): MemoryEstimate {
  const { layers, dModel, heads, kvHeads, headDim, dMlp, vocabSize } = spec
  const attention = (2 * heads + 2 * kvHeads) * headDim
  return {
    weights: 4 * parameters,
    kvPerToken: 4 * 2 * layers * kvHeads * headDim,
    activationsPerToken: 4 * (3 * dModel + Math.max(attention, 3 * dMlp)),
    logitsPerToken: 4 * vocabSize,
  }
}
