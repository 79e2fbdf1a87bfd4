// The attention of a block and its sites: q, k, v (before norms and rotation), pattern, z, and result (what each head adds to the stream).
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../hooked-graph.js'
import type { AttentionPlan, NormPlan } from '../plan.js'
import { linearWeight } from '../weights.js'
import { type CacheSlots, cacheSlots } from './cache-slots.js'
import { explicitAttention } from './explicit-attention.js'
import { fusedAttention } from './fused-attention.js'
import { addBias, linearLayer } from './linear.js'
import { fusedNorm } from './norm.js'
import { rotate } from './rotation.js'

/** What a run asks of all attention layers. */
export interface AttentionRun {
  /** Reads and returns keys and values. */
  readonly cache: boolean
  /** Rows of the rotary tables. */
  readonly positions: number
}

/** Norm over each head, or over all heads together. */
function qkNorm(hooks: HookedGraph, x: Value, norm: NormPlan, heads: number, over: 'head' | 'projection'): Value {
  if (over === 'projection') return fusedNorm(hooks, x, norm)
  const split = hooks.graph.reshape(x, [0, 0, heads, norm.width])
  return hooks.graph.reshape(fusedNorm(hooks, split, norm), [0, 0, heads * norm.width])
}

/** Queries, keys and values as attention compares them: normed and rotated where the architecture does. */
function prepared(
  hooks: HookedGraph,
  plan: AttentionPlan,
  run: AttentionRun,
  at: (kind: string) => string,
): Readonly<Record<'q' | 'k' | 'v', () => Value>> {
  const ready = (kind: 'q' | 'k', heads: number) => (): Value => {
    const plain = hooks.value(at(`attn.hook_${kind}`))
    const normed = plan.qkNorm ? qkNorm(hooks, plain, plan.qkNorm[kind], heads, plan.qkNorm.over) : plain
    return plan.rotary ? rotate(hooks, normed, heads, plan.rotary, run.positions) : normed
  }
  return { q: ready('q', plan.heads), k: ready('k', plan.kvHeads), v: () => hooks.value(at('attn.hook_v')) }
}

/** What each head adds to the stream, [B, S, heads × dModel]: its z times its rows of W_O. */
function headResults(hooks: HookedGraph, { heads, headDim, o }: AttentionPlan, z: Value): Value {
  const { graph } = hooks
  const rows = graph.reshape(hooks.weight(linearWeight(o)), [heads, headDim, o.dOut])
  const products = graph.matmul(graph.reshape(z, [0, 0, heads, 1, headDim]), rows)
  return graph.reshape(products, [0, 0, heads * o.dOut])
}

function summedResults(hooks: HookedGraph, { heads, o }: AttentionPlan, results: Value): Value {
  const { graph } = hooks
  return addBias(hooks, graph.reduceSum(graph.reshape(results, [0, 0, heads, o.dOut]), [2]), o)
}

/** Defines the sites of an attention layer; `normed` is what it reads. Returns its output, bias included, before any norm after it. */
export function attentionLayer(
  hooks: HookedGraph,
  plan: AttentionPlan,
  layer: number,
  run: AttentionRun,
  normed: () => Value,
): () => Value {
  const at = (kind: string): string => `blocks.${layer}.${kind}`
  for (const kind of ['q', 'k', 'v'] as const) {
    hooks.define(at(`attn.hook_${kind}`), () => linearLayer(hooks, normed(), plan[kind]))
  }
  const pattern = at('attn.hook_pattern')
  const inputs = prepared(hooks, plan, run, at)
  const cache = (): CacheSlots | null => (run.cache ? cacheSlots(hooks, plan, layer) : null)
  if (hooks.touches(pattern)) {
    const explicit = explicitAttention(hooks, plan, inputs, cache())
    hooks.define(pattern, () => explicit.pattern())
    hooks.define(at('attn.hook_z'), () => explicit.weighted(hooks.value(pattern)))
  } else {
    hooks.define(at('attn.hook_z'), () => fusedAttention(hooks, plan, inputs, cache()))
  }
  hooks.define(at('attn.hook_result'), () => headResults(hooks, plan, hooks.value(at('attn.hook_z'))))
  return () =>
    hooks.changes(at('attn.hook_result'))
      ? summedResults(hooks, plan, hooks.value(at('attn.hook_result')))
      : linearLayer(hooks, hooks.value(at('attn.hook_z')), plan.o)
}
