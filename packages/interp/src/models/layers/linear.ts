// `x W + b`: the one place where a linear layer becomes nodes.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { LinearPlan } from '../plan.js'
import { quantisedBits } from '../precision.js'
import { linearBias, linearWeight } from '../weights/weights.js'
import { dequantisedWeight, halfProduct, quantisedProduct } from './quantised.js'

function product(hooks: HookedGraph, x: Value, plan: LinearPlan): Value {
  const bits = quantisedBits(hooks.precision)
  if (bits !== null) return quantisedProduct(hooks, x, plan, bits)
  if (hooks.precision === 'float16') return halfProduct(hooks, x, plan)
  return hooks.graph.matmul(x, hooks.weight(linearWeight(plan)))
}

/** x [..., dIn] to [..., dOut]. */
export function linearLayer(hooks: HookedGraph, x: Value, plan: LinearPlan): Value {
  const xW = product(hooks, x, plan)
  return plan.bias ? hooks.graph.add(xW, hooks.weight(linearBias(plan.bias, plan.dOut))) : xW
}

/** The matrix [dIn, dOut] of a layer in float32, as the model's precision has it (float16: unrounded). */
export function linearMatrix(hooks: HookedGraph, plan: LinearPlan): Value {
  const bits = quantisedBits(hooks.precision)
  return hooks.weight(bits === null ? linearWeight(plan) : dequantisedWeight(plan, bits))
}
