// Causal rotary self-attention as one ONNX Runtime node, com.microsoft GroupQueryAttention (flash attention on the CPU).
// The node takes head dimensions that are multiples of 8; others are padded with zeros, which leaves scores and results unchanged.
// Its own rotary embedding wants multiples of 16; for others the rotation is a node before it.
import { float, type Value } from '@mistudio/onnx'
import type { Attend } from './architectures/architecture.js'
import type { HookedGraph } from './hooked-graph.js'
import { rotaryTables } from './rope.js'
import type { ModelSpec } from './spec.js'
import type { WeightRecipe } from './weights.js'

/** int32 [batch]: position of each row's last token, cache included. */
export const ROW_ENDS = 'row_ends'
/** int32 []: positions of the longest row, cache included. */
export const TOTAL_LENGTH = 'total_length'
/** int64 [batch, seq]: position of every token; read only where the rotation is a node of its own. */
export const POSITIONS = 'positions'
export const pastName = (kind: 'key' | 'value', layer: number): string => `past_${kind}.${layer}`
export const presentName = (kind: 'key' | 'value', layer: number): string => `present_${kind}.${layer}`

const HEAD_MULTIPLE = 8
const ROTARY_MULTIPLE = 16
/** Head dimension as the attention node and the cache hold it. */
export const paddedHeadDim = (headDim: number): number => Math.ceil(headDim / HEAD_MULTIPLE) * HEAD_MULTIPLE

interface Rotary {
  readonly cos: Value
  readonly sin: Value
}

function rotaryWeights(spec: ModelSpec, hooks: HookedGraph, positions: number): Rotary {
  const table = (kind: 'cos' | 'sin'): WeightRecipe => ({
    name: `rotary.${kind}`,
    shape: [positions, spec.headDim / 2],
    make: async () => rotaryTables(spec.rope, spec.headDim, positions)[kind],
  })
  return { cos: hooks.weight(table('cos')), sin: hooks.weight(table('sin')) }
}

/** [B, T, heads × headDim] to [B, T, heads × padded]. */
function padHeads(hooks: HookedGraph, x: Value, heads: number, headDim: number): Value {
  const { graph } = hooks
  const missing = paddedHeadDim(headDim) - headDim
  if (missing === 0) return x
  const split = graph.reshape(x, [0, 0, heads, headDim])
  const padded = graph.op('Pad', [split, graph.ints(0, missing), null, graph.ints(3)])
  return graph.reshape(padded, [0, 0, heads * paddedHeadDim(headDim)])
}

/** The inverse of padHeads. */
function trimHeads(hooks: HookedGraph, x: Value, heads: number, headDim: number): Value {
  const { graph } = hooks
  if (paddedHeadDim(headDim) === headDim) return x
  const split = graph.reshape(x, [0, 0, heads, paddedHeadDim(headDim)])
  return graph.reshape(graph.slice(split, [0], [headDim], [3]), [0, 0, heads * headDim])
}

function rotate(hooks: HookedGraph, x: Value, heads: number, { cos, sin }: Rotary): Value {
  return hooks.graph.op('RotaryEmbedding', [x, cos, sin, hooks.input(POSITIONS, 'int64', ['batch', 'seq'])], {
    num_heads: heads,
  })
}

/**
 * Attention for `buildForward`. With `cache` each layer reads past keys and values [batch, kvHeads, past, paddedHeadDim] and returns the
 * grown ones as graph outputs. `positions`: rows of the rotary tables.
 */
export function attention(spec: ModelSpec, hooks: HookedGraph, positions: number, cache: boolean): Attend {
  const { heads, kvHeads, headDim } = spec
  const { graph } = hooks
  const padded = paddedHeadDim(headDim)
  const rotatesBefore = headDim % ROTARY_MULTIPLE !== 0
  const past = (kind: 'key' | 'value', layer: number): Value | null =>
    cache ? hooks.input(pastName(kind, layer), 'float32', ['batch', kvHeads, 'past', padded]) : null
  return (layer, q, k, v) => {
    const rotary = rotaryWeights(spec, hooks, positions)
    const ready = rotatesBefore
      ? [
          padHeads(hooks, rotate(hooks, q, heads, rotary), heads, headDim),
          padHeads(hooks, rotate(hooks, k, kvHeads, rotary), kvHeads, headDim),
          padHeads(hooks, v, kvHeads, headDim),
        ]
      : [q, k, v]
    const lengths = [hooks.input(ROW_ENDS, 'int32', ['batch']), hooks.input(TOTAL_LENGTH, 'int32', [])]
    const tables = rotatesBefore ? [] : [rotary.cos, rotary.sin]
    const inputs = [...ready, past('key', layer), past('value', layer), ...lengths, ...tables]
    const attributes = {
      num_heads: heads,
      kv_num_heads: kvHeads,
      do_rotary: rotatesBefore ? 0 : 1,
      scale: float(headDim ** -0.5),
    }
    const [z, keys, values] = graph.microsoft('GroupQueryAttention', inputs, attributes, 3)
    if (cache) {
      graph.output(keys!, 'float32', ['batch', kvHeads, 'total', padded], presentName('key', layer))
      graph.output(values!, 'float32', ['batch', kvHeads, 'total', padded], presentName('value', layer))
    }
    return trimHeads(hooks, z!, heads, headDim)
  }
}
