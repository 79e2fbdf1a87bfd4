// `x W + b`: the one place where a linear layer becomes nodes.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../hooked-graph.js'
import type { LinearPlan } from '../plan.js'
import { linearBias, linearWeight } from '../weights.js'

/** x [..., dIn] to [..., dOut]. */
export function linearLayer(hooks: HookedGraph, x: Value, plan: LinearPlan): Value {
  const product = hooks.graph.matmul(x, hooks.weight(linearWeight(plan)))
  return plan.bias ? hooks.graph.add(product, hooks.weight(linearBias(plan.bias, plan.dOut))) : product
}
