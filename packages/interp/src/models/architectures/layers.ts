// Layers that several architectures share.
import { float, type Graph, type Value } from '@mistudio/onnx'
import type { HookedGraph } from '../hooked-graph.js'
import type { Activation } from '../spec.js'
import { stored } from '../weights.js'

/**
 * RMSNorm of the value at site `input`. `site` is TransformerLens's hook_normalized: the value before the weight; it costs a
 * separate multiplication only where the site is read or changed. Returns a function that yields the normed, weighted value.
 */
export function rmsNorm(
  hooks: HookedGraph,
  site: string,
  input: string,
  weight: string,
  width: number,
  eps: number,
): () => Value {
  const { graph } = hooks
  hooks.define(site, () => graph.rmsNorm(hooks.value(input), graph.floats(new Float32Array(width).fill(1)), eps))
  let made: Value | undefined
  return () => {
    const scale = hooks.weight(stored(weight, [width]))
    made ??= hooks.touches(site) ? graph.mul(hooks.value(site), scale) : graph.rmsNorm(hooks.value(input), scale, eps)
    return made
  }
}

/** The activation function of an MLP, element by element. */
export function activate(graph: Graph, activation: Activation, x: Value): Value {
  if (activation === 'silu') return graph.microsoft('QuickGelu', [x], { alpha: float(1) })[0]! // x sigmoid(1 x)
  if (activation === 'relu') return graph.relu(x)
  return graph.op('Gelu', [x], { approximate: activation === 'gelu' ? 'none' : 'tanh' })
}
