// The attention of a block and its sites: q, k, v (before norms and rotation), pattern, z, and result (what each head adds to the stream).
// Pattern and result lie beside the model's own path; a change there adds the difference that it makes.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { AttentionPlan, NormPlan } from '../plan.js'
import { cacheSlots } from './cache-slots.js'
import { explicitAttention } from './explicit-attention.js'
import { fusedAttention } from './fused-attention.js'
import { linearLayer, linearMatrix } from './linear.js'
import { fusedNorm } from './norm.js'
import { once } from './once.js'
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
  const rows = graph.reshape(linearMatrix(hooks, o), [heads, headDim, o.dOut])
  const products = graph.matmul(graph.reshape(z, [0, 0, heads, 1, headDim]), rows)
  return graph.reshape(products, [0, 0, heads * o.dOut])
}

/** [B, S, heads × dModel] to [B, S, dModel]. */
const summed = ({ graph }: HookedGraph, { heads, o }: AttentionPlan, results: Value): Value =>
  graph.reduceSum(graph.reshape(results, [0, 0, heads, o.dOut]), [2])

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
  const cache = once(() => (run.cache ? cacheSlots(hooks, plan, layer) : null))
  const explicit = explicitAttention(hooks, plan, inputs, cache)
  hooks.define(pattern, () => explicit.pattern())
  const z = at('attn.hook_z')
  hooks.define(z, () => {
    const fused = fusedAttention(hooks, plan, inputs, cache())
    if (!hooks.changes(pattern)) return fused
    return hooks.graph.add(fused, explicit.weighted(hooks.graph.sub(hooks.value(pattern), hooks.original(pattern))))
  })
  const result = at('attn.hook_result')
  hooks.define(result, () => headResults(hooks, plan, hooks.value(z)))
  return () => {
    const out = linearLayer(hooks, hooks.value(z), plan.o)
    if (!hooks.changes(result)) return out
    return hooks.graph.add(out, summed(hooks, plan, hooks.graph.sub(hooks.value(result), hooks.original(result))))
  }
}
