// Causal self-attention step by step, for runs that read or change the attention pattern: scores, cap, mask, softmax, weighted sum.
// Shapes: B batch, S queries, T keys (cache included), K kv heads, G heads per kv head, D head dimension.
import type { Graph, Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { AttentionPlan } from '../plan.js'
import { type CacheSlots, paddedHeadDim } from './cache-slots.js'
import { TOTAL_LENGTH } from './fused-attention.js'
import { once } from './once.js'
import { positionsInput } from './rotation.js'

/** Below every score; not infinite, so that a row without any key would still be finite. */
const MASKED = -1e30

/** Numbers of the keys, int64 [T]. */
function keyNumbers(hooks: HookedGraph): Value {
  const { graph } = hooks
  const total = graph.cast(hooks.input(TOTAL_LENGTH, 'int32', []), 'int64')
  return graph.op('Range', [graph.int(0), total, graph.int(1)])
}

/** [B, S, K × D] to [B, S, K, padded D]. */
function splitHeads(hooks: HookedGraph, x: Value, { kvHeads, headDim }: AttentionPlan): Value {
  const { graph } = hooks
  const split = graph.reshape(x, [0, 0, kvHeads, headDim])
  const missing = paddedHeadDim(headDim) - headDim
  return missing === 0 ? split : graph.op('Pad', [split, graph.ints(0, missing), null, graph.ints(3)])
}

/**
 * Keys or values of all tokens so far, [B, K, T, padded D]: entry t of a row is the cached one below the row's first new position, and the
 * new one from there on. Rows are padded on the right, so new entries start at different places.
 */
function grown(hooks: HookedGraph, fresh: Value, past: Value): Value {
  const { graph } = hooks
  const before = graph.transpose(past, [0, 2, 1, 3])
  const both = graph.concat([before, fresh], 1)
  const start = graph.slice(positionsInput(hooks), [0], [1], [1])
  const keys = graph.unsqueeze(keyNumbers(hooks), [0])
  const pastLength = graph.squeeze(graph.shape(past, 2, 3), [0])
  const newest = graph.sub(graph.squeeze(graph.shape(both, 1, 2), [0]), graph.int(1))
  const source = graph.where(
    graph.less(keys, start),
    keys,
    graph.min(graph.add(graph.sub(keys, start), pastLength), newest),
  )
  const gathered = graph.op('GatherND', [both, graph.unsqueeze(source, [2])], { batch_dims: 1 })
  return graph.transpose(gathered, [0, 2, 1, 3])
}

/** Which keys a query sees, bool [B, 1, S, T]. */
function visible(hooks: HookedGraph, window: number | null): Value {
  const { graph } = hooks
  const keys = graph.reshape(keyNumbers(hooks), [1, 1, -1])
  const queries = graph.unsqueeze(positionsInput(hooks), [2])
  const causal = graph.lessOrEqual(keys, queries)
  const inside =
    window === null ? causal : graph.and(causal, graph.greater(keys, graph.sub(queries, graph.int(window))))
  return graph.unsqueeze(inside, [1])
}

export interface ExplicitAttention {
  /** Attention weights [B, heads, S, T]. */
  pattern(): Value
  /** Such weights times the values: z [B, S, heads × D]. */
  weighted(pattern: Value): Value
}

/** `q` and `k` are rotated. With a cache, earlier keys and values are read from it. */
export function explicitAttention(
  hooks: HookedGraph,
  plan: AttentionPlan,
  { q, k, v }: Readonly<Record<'q' | 'k' | 'v', () => Value>>,
  cache: () => CacheSlots | null,
): ExplicitAttention {
  const { heads, kvHeads, headDim, scale, softcap, window } = plan
  const { graph } = hooks
  const groups = heads / kvHeads
  const all = (x: Value, past: Value | undefined): Value => {
    const fresh = splitHeads(hooks, x, plan)
    return past ? grown(hooks, fresh, past) : graph.transpose(fresh, [0, 2, 1, 3])
  }
  const keys = once(() => all(k(), cache()?.pastKeys))
  /** [B, K, T, padded D] to [B, K, 1, T, D]. */
  const trim = (x: Value): Value => graph.unsqueeze(graph.slice(x, [0], [headDim], [3]), [2])
  return {
    pattern() {
      const queries = graph.transpose(graph.reshape(q(), [0, 0, kvHeads, groups, headDim]), [0, 2, 3, 1, 4])
      const turned = graph.transpose(trim(keys()), [0, 1, 2, 4, 3])
      const products = graph.matmul(graph.mul(queries, graph.scalar(scale)), turned)
      const capped = softcap === null ? products : capScores(graph, products, softcap)
      const shape = graph.concat([graph.shape(capped, 0, 1), graph.ints(heads), graph.shape(capped, 3)], 0)
      const scores = graph.reshape(capped, shape)
      return graph.softmax(graph.where(visible(hooks, window), scores, graph.scalar(MASKED)))
    },
    weighted(pattern) {
      const values = all(v(), cache()?.pastValues)
      const ends = [graph.shape(pattern, 0, 1), graph.shape(pattern, 2)] as const
      const grouped = graph.concat([ends[0], graph.ints(kvHeads, groups), ends[1]], 0)
      const summed = graph.matmul(graph.reshape(pattern, grouped), trim(values))
      return graph.reshape(graph.transpose(summed, [0, 3, 1, 2, 4]), [0, 0, heads * headDim])
    },
  }
}

/** cap tanh(x / cap). */
export function capScores(graph: Graph, x: Value, cap: number): Value {
  return graph.mul(graph.tanh(graph.div(x, graph.scalar(cap))), graph.scalar(cap))
}
