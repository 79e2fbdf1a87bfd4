// The MLP of a block and its sites: hook_pre (the gate's pre-activation where there is one), hook_pre_linear, hook_post.
import { float, type Graph, type Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { MlpPlan } from '../plan.js'
import type { Activation } from '../spec.js'
import { linearLayer } from './linear.js'

/** The activation function, element by element. */
function activate(graph: Graph, activation: Activation, x: Value): Value {
  if (activation === 'silu') return graph.microsoft('QuickGelu', [x], { alpha: float(1) })[0]! // x sigmoid(1 x)
  if (activation === 'relu') return graph.relu(x)
  return graph.op('Gelu', [x], { approximate: activation === 'gelu' ? 'none' : 'tanh' })
}

/** Defines the sites of an MLP; `normed` is what it reads. Returns its output, bias included, before any norm after it. */
export function mlpLayer(
  hooks: HookedGraph,
  plan: MlpPlan,
  at: (kind: string) => string,
  normed: () => Value,
): () => Value {
  const { gate, input, activation } = plan
  hooks.define(at('mlp.hook_pre'), () => linearLayer(hooks, normed(), gate ?? input))
  if (gate) hooks.define(at('mlp.hook_pre_linear'), () => linearLayer(hooks, normed(), input))
  hooks.define(at('mlp.hook_post'), () => {
    const active = activate(hooks.graph, activation, hooks.value(at('mlp.hook_pre')))
    return gate ? hooks.graph.mul(active, hooks.value(at('mlp.hook_pre_linear'))) : active
  })
  return () => linearLayer(hooks, hooks.value(at('mlp.hook_post')), plan.output)
}
