// Rotary embedding of queries and keys as nodes. Tables are weights where they depend on the position alone; where they depend on the
// length of the sequence too, each run feeds the cos and sin of its positions.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { RotaryPlan } from '../plan.js'
import { dependsOnLength, rotaryTables } from '../rotary/rotary-tables.js'
import type { WeightRecipe } from '../weights/weights.js'

/** int64 [batch, seq]: position of every token. */
export const POSITIONS = 'positions'
export const positionsInput = (hooks: HookedGraph): Value => hooks.input(POSITIONS, 'int64', ['batch', 'seq'])

/** Distinguishes the ropes of a model. */
const ropeKey = ({ rope, width }: RotaryPlan): string => `${rope.type}-${rope.theta}-${width}`
/** Names of the cos and sin inputs [batch, seq, width / 2] of ropes that depend on the length. */
export const rotaryInput = (kind: 'cos' | 'sin', plan: RotaryPlan): string => `rotary.${ropeKey(plan)}.${kind}`

/** cos and sin tables [positions, width / 2] as weights. */
function staticTables(hooks: HookedGraph, plan: RotaryPlan, positions: number): readonly [Value, Value] {
  const table = (kind: 'cos' | 'sin'): WeightRecipe => ({
    name: rotaryInput(kind, plan),
    shape: [positions, plan.width / 2],
    make: async () => rotaryTables(plan.rope, plan.width, positions)[kind],
  })
  return [hooks.weight(table('cos')), hooks.weight(table('sin'))]
}

/** Queries or keys [batch, seq, heads × headDim] rotated by their positions. */
export function rotate(hooks: HookedGraph, x: Value, heads: number, plan: RotaryPlan, positions: number): Value {
  const attributes = {
    num_heads: heads,
    rotary_embedding_dim: plan.width,
    interleaved: plan.pairs === 'neighbours' ? 1 : 0,
  }
  if (dependsOnLength(plan.rope)) {
    const fed = (kind: 'cos' | 'sin'): Value =>
      hooks.input(rotaryInput(kind, plan), 'float32', ['batch', 'seq', plan.width / 2])
    return hooks.graph.op('RotaryEmbedding', [x, fed('cos'), fed('sin')], attributes)
  }
  const [cos, sin] = staticTables(hooks, plan, positions)
  return hooks.graph.op('RotaryEmbedding', [x, cos, sin, positionsInput(hooks)], attributes)
}
