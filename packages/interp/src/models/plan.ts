// What a model is made of, as an architecture file declares it from config.json: norms, linear layers, attention and MLP of every block.
// Tensors, sites, parameter counts and the graph all follow from a plan, so an architecture is nothing but its plan.
import type { Rope } from './rotary/rope.js'
import type { Activation, ModelSpec, TensorSpec } from './spec.js'

/** One stored tensor, and which part of it is meant. */
export interface Piece {
  readonly tensor: TensorSpec
  /** How the stored tensor becomes the matrix [dIn, dOut] (or vector [dOut]) of the graph. */
  readonly layout:
    | { readonly kind: 'whole' }
    /** Stored [out, in]; these output rows. Vectors: these entries. */
    | { readonly kind: 'rows'; readonly from: number; readonly count: number }
    /** Stored [in, out] (GPT-2's Conv1D); these output columns. */
    | { readonly kind: 'columns'; readonly from: number; readonly count: number }
    /** Stored [head][q | k | v][head_dim] rows (GPT-NeoX): part 0, 1 or 2 of every head. */
    | { readonly kind: 'interleaved'; readonly part: 0 | 1 | 2; readonly heads: number; readonly headDim: number }
}

/** `x W + b`: W as [dIn, dOut]. */
export interface LinearPlan {
  readonly dIn: number
  readonly dOut: number
  readonly weight: Piece
  readonly bias: Piece | null
}

/** LayerNorm (with bias) or RMSNorm over `width` values; Gemma's norms multiply by `offset + weight` with offset 1. */
export interface NormPlan {
  readonly kind: 'layer' | 'rms'
  readonly width: number
  readonly eps: number
  readonly weight: TensorSpec
  readonly bias: TensorSpec | null
  readonly offset: 0 | 1
}

export interface RotaryPlan {
  readonly rope: Rope
  /** Dimensions of a head that are rotated, from its first. */
  readonly width: number
  /** `halves`: pairs (i, i + width/2); `neighbours`: pairs (2i, 2i + 1). */
  readonly pairs: 'halves' | 'neighbours'
}

export interface AttentionPlan {
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly q: LinearPlan
  readonly k: LinearPlan
  readonly v: LinearPlan
  readonly o: LinearPlan
  /** `head`: each head by itself (Qwen3, Gemma 3); `projection`: all heads together (OLMo 2). */
  readonly qkNorm: { readonly over: 'head' | 'projection'; readonly q: NormPlan; readonly k: NormPlan } | null
  readonly rotary: RotaryPlan | null
  /** Tokens seen, the current one included; null: all. */
  readonly window: number | null
  /** Scores are multiplied by it. */
  readonly scale: number
  /** Scores become cap tanh(scores / cap). */
  readonly softcap: number | null
}

export interface MlpPlan {
  readonly dMlp: number
  readonly activation: Activation
  /** `act(x W_gate) * (x W_in)` when present, else `act(x W_in)`. */
  readonly gate: LinearPlan | null
  readonly input: LinearPlan
  readonly output: LinearPlan
}

/** One block. Parallel: attention and MLP both read resid_pre, and resid_post = resid_pre + attn_out + mlp_out. */
export interface BlockPlan {
  readonly parallel: boolean
  readonly attention: AttentionPlan
  readonly mlp: MlpPlan
  /** Before attention. Null in OLMo 2. */
  readonly ln1: NormPlan | null
  /** Before the MLP; `shared`: the output of ln1 (GPT-J, Phi). */
  readonly ln2: NormPlan | 'shared' | null
  /** On what attention and MLP give, before it is added to the stream (Gemma 2 and 3, OLMo 2). */
  readonly ln1Post: NormPlan | null
  readonly ln2Post: NormPlan | null
}

export interface ModelPlan {
  readonly spec: ModelSpec
  /** Prefixes that the tensor names may carry in files, tried in order. */
  readonly prefixes: readonly string[]
  readonly embedding: {
    readonly tokens: TensorSpec
    /** Learned positions: position p is row p + offset. */
    readonly positions: { readonly tensor: TensorSpec; readonly offset: number } | null
    /** Token embeddings are multiplied by it (Gemma: √d_model). */
    readonly scale: number
  }
  readonly blocks: readonly BlockPlan[]
  readonly finalNorm: NormPlan
  readonly unembedding: { readonly linear: LinearPlan; readonly softcap: number | null }
}
