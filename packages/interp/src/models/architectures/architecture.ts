// What an architecture file must provide. One file per family; the table of them is in index.ts.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../hooked-graph.js'
import type { Site } from '../sites.js'
import type { ModelSpec, TensorSpec } from '../spec.js'

/** Causal self-attention with rotary embedding: q [B, T, heads × headDim], k and v [B, T, kvHeads × headDim] to z, shaped as q. */
export type Attend = (layer: number, q: Value, k: Value, v: Value) => Value

/** The end of a forward pass. */
export interface Head {
  /** The input of the unembedding, [batch, seq, dModel]: after the final norm with its weight. */
  final(): Value
  /** Logits of such values, [..., dModel] to [..., vocab]. */
  unembed(final: Value): Value
}

export interface Architecture {
  /** @throws ModelError `model_invalid` or `model_unsupported`, naming the field. */
  parse(config: unknown): ModelSpec
  tensors(spec: ModelSpec): readonly TensorSpec[]
  sites(spec: ModelSpec): readonly Site[]
  /** Defines every site of `sites` in `hooks`. */
  define(spec: ModelSpec, hooks: HookedGraph, attend: Attend): Head
  /** Names of the tensors behind the logits: W_U stored as [vocab, dModel], and the final norm's weight. */
  readonly unembedding: (spec: ModelSpec) => { weight: string; finalNorm: string }
}
