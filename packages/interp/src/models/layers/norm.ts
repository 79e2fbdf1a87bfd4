// LayerNorm and RMSNorm with their two sites, in TransformerLens's sense: hook_scale is the divisor √(mean square + eps), hook_normalized
// the value divided by it, before weight and bias. The model's own path is always one fused node, to which a change at one of the two
// adds the difference that it makes: so a change of strength 0 changes no bit.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { NormPlan } from '../plan.js'
import { type FloatRecipe, stored } from '../weights/weights.js'
import { once } from './once.js'

/** The factor of a norm: its weight, or 1 + weight. */
function factor({ weight, offset }: NormPlan): FloatRecipe {
  const plain = stored(weight)
  if (offset === 0) return plain
  return {
    name: `${plain.name}.plus_one`,
    shape: plain.shape,
    make: async (read) => (await plain.make(read)).map((value) => 1 + value),
  }
}

/** The whole norm as one node. */
export function fusedNorm(hooks: HookedGraph, x: Value, plan: NormPlan): Value {
  const weight = hooks.weight(factor(plan))
  if (plan.kind === 'rms') return hooks.graph.rmsNorm(x, weight, plan.eps)
  return hooks.graph.layerNorm(x, weight, hooks.weight(stored(plan.bias!)), plan.eps)
}

/** Defines the sites `${prefix}.hook_scale` and `.hook_normalized`; returns the normed value, built when first asked for. */
export function normLayer(hooks: HookedGraph, plan: NormPlan, prefix: string, input: () => Value): () => Value {
  const { graph } = hooks
  const scale = `${prefix}.hook_scale`
  const normalized = `${prefix}.hook_normalized`
  const centred = once(() =>
    plan.kind === 'rms' ? input() : graph.sub(input(), graph.reduceMean(input(), [-1], true)),
  )
  hooks.define(scale, () => {
    const meanSquare = graph.reduceMean(graph.mul(centred(), centred()), [-1], true)
    return graph.sqrt(graph.add(meanSquare, graph.scalar(plan.eps)))
  })
  hooks.define(normalized, () => graph.div(centred(), hooks.value(scale)))
  return once(() => {
    const fused = fusedNorm(hooks, input(), plan)
    if (!hooks.changes(scale) && !hooks.changes(normalized)) return fused
    const before = graph.div(centred(), hooks.original(scale))
    return graph.add(fused, graph.mul(graph.sub(hooks.value(normalized), before), hooks.weight(factor(plan))))
  })
}
