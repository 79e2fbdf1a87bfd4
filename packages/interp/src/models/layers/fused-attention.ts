// Causal self-attention in fused nodes; the attention pattern never exists (where it is wanted, see explicit-attention.ts).
// Whole sequences: ONNX's Attention, the fastest on the CPU, in blocks (blocked-attention.ts). With a cache: com.microsoft
// GroupQueryAttention, which takes head dimensions that are multiples of 8; others are padded with zeros, which leaves scores and results
// unchanged. Capped scores (Gemma 2) are the exception: ONNX Runtime caps masked ones slowly, so they go in one piece, and through
// GroupQueryAttention under a window.
import { float, type Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { AttentionPlan } from '../plan.js'
import { blockedAttention } from './blocked-attention.js'
import { type CacheSlots, paddedHeadDim } from './cache-slots.js'

/** int32 [batch]: position of each row's last token, cache included. */
export const ROW_ENDS = 'row_ends'
/** int32 []: positions of the longest row, cache included. */
export const TOTAL_LENGTH = 'total_length'

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

type Projections = Readonly<Record<'q' | 'k' | 'v', () => Value>>

/** Rows start at position 0. */
function wholeAttention(hooks: HookedGraph, plan: AttentionPlan, { q, k, v }: Projections): Value {
  const { heads, kvHeads, softcap, scale, window } = plan
  const attributes = { q_num_heads: heads, kv_num_heads: kvHeads, scale: float(scale) }
  if (softcap === null) return blockedAttention(hooks, { q: q(), k: k(), v: v(), window, attributes })
  return hooks.graph.op('Attention', [q(), k(), v()], { ...attributes, is_causal: 1, softcap: float(softcap) })
}

/** Rotated queries, keys and values to z [B, T, heads × headDim]. */
export const fusedAttention = (
  hooks: HookedGraph,
  plan: AttentionPlan,
  projections: Projections,
  cache: CacheSlots | null,
): Value =>
  cache === null && (plan.window === null || plan.softcap === null)
    ? wholeAttention(hooks, plan, projections)
    : groupQueryAttention(hooks, plan, projections, cache)

function groupQueryAttention(
  hooks: HookedGraph,
  plan: AttentionPlan,
  { q, k, v }: Projections,
  cache: CacheSlots | null,
): Value {
  const { heads, kvHeads, headDim, window, softcap, scale } = plan
  const inputs = [
    padHeads(hooks, q(), heads, headDim),
    padHeads(hooks, k(), kvHeads, headDim),
    padHeads(hooks, v(), kvHeads, headDim),
    cache?.pastKeys ?? null,
    cache?.pastValues ?? null,
    hooks.input(ROW_ENDS, 'int32', ['batch']),
    hooks.input(TOTAL_LENGTH, 'int32', []),
  ]
  const attributes = {
    num_heads: heads,
    kv_num_heads: kvHeads,
    do_rotary: 0,
    scale: float(scale),
    ...(window === null ? {} : { local_window_size: window }),
    ...(softcap === null ? {} : { softcap: float(softcap) }),
  }
  const [z, keys, values] = hooks.graph.microsoft('GroupQueryAttention', inputs, attributes, 3)
  cache?.give(keys!, values!)
  return trimHeads(hooks, z!, heads, headDim)
}
