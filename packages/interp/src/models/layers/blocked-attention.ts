// Causal attention over long sequences in blocks of queries, each over the keys that it can see: with four blocks 5/8 of the products of
// the whole square, less under a window, and scores of a quarter of its size. Short sequences take it in one piece.
import type { Attributes, Graph, Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'

export const QUERY_BLOCKS = 4
/** Fewest tokens per row worth dividing. */
export const BLOCKED_FROM = 128

export interface WholeSequences {
  /** [B, T, heads × headDim], and with the heads of keys and values; rotated. */
  readonly q: Value
  readonly k: Value
  readonly v: Value
  /** Keys that a query sees, itself included; null: all before it. */
  readonly window: number | null
  /** Of the ONNX operator, but for `is_causal`. */
  readonly attributes: Attributes
}

/** Positions of a block, int64 [1]: its queries and its keys, ends exclusive. */
interface Block {
  readonly queries: readonly [Value, Value]
  readonly keys: readonly [Value, Value]
}

/** Which keys of a block its queries see, bool [queries, keys]. */
function visible(graph: Graph, { queries, keys }: Block, window: number | null): Value {
  const numbers = ([from, to]: readonly [Value, Value]): Value =>
    graph.op('Range', [graph.squeeze(from, [0]), graph.squeeze(to, [0]), graph.int(1)])
  const rows = graph.unsqueeze(numbers(queries), [1])
  const columns = graph.unsqueeze(numbers(keys), [0])
  const causal = graph.lessOrEqual(columns, rows)
  return window === null ? causal : graph.and(causal, graph.greater(columns, graph.sub(rows, graph.int(window))))
}

/** Block `at` of `count`. */
function blockOf(graph: Graph, tokens: Value, window: number | null, at: number, count: number): Block {
  const edge = (n: number): Value => {
    if (n === 0) return graph.ints(0)
    return n === count ? tokens : graph.div(graph.mul(tokens, graph.ints(n)), graph.ints(count))
  }
  const [from, to] = [edge(at), edge(at + 1)]
  const before = window === null ? graph.ints(0) : graph.max(graph.ints(0), graph.sub(from, graph.ints(window - 1)))
  return { queries: [from, to], keys: [before, to] }
}

/** z [B, T, heads × headDim]. */
export function blockedAttention(hooks: HookedGraph, sequences: WholeSequences): Value {
  const { q, k, v, window, attributes } = sequences
  const tokens = hooks.shared('attention.tokens', (graph) => graph.shape(q, 1, 2))
  const isLong = hooks.shared('attention.is_long', (graph) =>
    graph.greaterOrEqual(graph.squeeze(tokens, [0]), graph.int(BLOCKED_FROM)),
  )
  // Positions and masks depend on the length and the window alone: all layers share them.
  const blocks = Array.from({ length: QUERY_BLOCKS }, (_, at) => {
    const key = `attention.${window ?? 'all'}.${at}`
    const place = hooks.shared(key, (graph) => blockOf(graph, tokens, window, at, QUERY_BLOCKS))
    return { place, mask: hooks.shared(`${key}.mask`, (graph) => visible(graph, place, window)) }
  })
  const slice = (graph: Graph, x: Value, [from, to]: Block['keys']): Value =>
    graph.op('Slice', [x, from, to, graph.ints(1)])
  const inBlocks = hooks.graph.subgraph('long', (graph) => {
    const parts = blocks.map(({ place, mask }) =>
      graph.op(
        'Attention',
        [slice(graph, q, place.queries), slice(graph, k, place.keys), slice(graph, v, place.keys), mask],
        attributes,
      ),
    )
    graph.output(graph.concat(parts, 1), 'float32', ['batch', 'seq', 'z'])
  })
  const inOne = hooks.graph.subgraph('short', (graph) => {
    const mask = window === null ? [] : [visible(graph, blockOf(graph, tokens, null, 0, 1), window)]
    const causal = window === null ? { is_causal: 1 } : {}
    graph.output(graph.op('Attention', [q, k, v, ...mask], { ...attributes, ...causal }), 'float32', [
      'batch',
      'seq',
      'z',
    ])
  })
  return hooks.graph.branch(isLong, inBlocks, inOne)
}
