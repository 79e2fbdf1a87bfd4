// `x W + b`: the one place where a linear layer becomes nodes.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../hooked-graph.js'
import type { LinearPlan } from '../plan.js'
import { linearBias, linearWeight } from '../weights.js'

/** x [..., dIn] to [..., dOut]. */
export function linearLayer(hooks: HookedGraph, x: Value, plan: LinearPlan): Value {
  return addBias(hooks, hooks.graph.matmul(x, hooks.weight(linearWeight(plan))), plan)
}

/** The bias alone. */
export const addBias = (hooks: HookedGraph, x: Value, { bias, dOut }: LinearPlan): Value =>
  bias ? hooks.graph.add(x, hooks.weight(linearBias(bias, dOut))) : x
