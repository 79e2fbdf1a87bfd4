// ONNX graphs of encoders for use: weights stored in the graph.
import { float32, Graph, type Value } from '@mistudio/onnx'
import { type Activation, type AffineSae, undoesNormalisation } from './architectures/architecture.js'

const LAYER_NORM_EPS = 1e-5

/**
 * Encoder for use: input `x` [n, d_in]. Top-k architectures give `values` [n, k] (descending, by magnitude when signed) and `index`
 * [n, k]; all others `acts` [n, d_sae]. Where a reconstruction is to be un-normalised also `scale` and `shift` [n, 1].
 */
export function encoderGraph(model: AffineSae): Uint8Array {
  const { bEnc, activation } = model
  const dSae = bEnc.length
  const g = new Graph('encoder')
  const x = g.input('x', 'float32', ['n', model.wEnc.length / dSae])
  const scale = normalisation(g, model, x)
  const product = encoderProduct(g, model, x, scale)
  if (activation.kind === 'topk') {
    const { values, index } = selected(g, model, product, activation)
    g.output(values, 'float32', ['n', activation.k], 'values')
    g.output(g.cast(index, 'int32'), 'int32', ['n', activation.k], 'index')
  } else {
    g.output(dense(g, activation, product, bEnc), 'float32', ['n', dSae], 'acts')
  }
  if (scale && undoesNormalisation(model)) {
    g.output(scale.scale, 'float32', ['n', 1], 'scale')
    g.output(scale.shift, 'float32', ['n', 1], 'shift')
  }
  return g.build()
}

/** Dense activations [..., d_sae] of a value [..., d_in]. */
export function denseActivations(g: Graph, model: AffineSae, x: Value): Value {
  const { activation, bEnc } = model
  const product = encoderProduct(g, model, x, normalisation(g, model, x))
  if (activation.kind !== 'topk') return dense(g, activation, product, bEnc)
  const { values, index } = selected(g, model, product, activation)
  const none = g.expand(g.scalar(0), g.shape(product))
  return g.op('ScatterElements', [none, index, values], { axis: -1 })
}

/** x W_enc of the normalised, centred input, without bias. */
function encoderProduct(g: Graph, model: AffineSae, x: Value, scale: InputScale | null): Value {
  const { wEnc, bEnc, inputBias } = model
  const z = scale ? g.div(g.sub(x, scale.shift), scale.divisor) : x
  const h = inputBias ? g.sub(z, g.floats(inputBias)) : z
  return g.matmul(h, g.initialiser(float32(wEnc, [wEnc.length / bEnc.length, bEnc.length])))
}

/** The k chosen activations per token, [..., k], and their features. */
function selected(
  g: Graph,
  { bEnc, preScale }: AffineSae,
  product: Value,
  { k, signed }: Extract<Activation, { kind: 'topk' }>,
): { values: Value; index: Value } {
  const pre = g.add(product, g.floats(bEnc))
  const scaled = preScale ? g.mul(pre, g.floats(preScale)) : pre
  const top = g.topk(signed ? g.abs(scaled) : scaled, k, -1)
  const values = signed ? g.gatherElements(scaled, top.indices, -1) : g.relu(top.values)
  return { values, index: top.indices }
}

function dense(g: Graph, activation: Exclude<Activation, { kind: 'topk' }>, product: Value, bEnc: Float32Array): Value {
  if (activation.kind === 'gated') {
    const open = g.greater(g.add(product, g.floats(activation.gateBias)), g.scalar(0))
    const magnitude = g.add(g.mul(product, g.floats(activation.scale)), g.floats(activation.bias))
    return g.where(open, g.relu(magnitude), g.scalar(0))
  }
  const pre = g.add(product, g.floats(bEnc))
  if (activation.kind === 'relu') return g.relu(pre)
  return g.where(g.greater(pre, g.floats(activation.threshold)), g.relu(pre), g.scalar(0))
}

/** What run-time normalisation takes from each token, [..., 1]: z = (x - shift) / divisor, and back y · scale + shift. */
export interface InputScale {
  readonly shift: Value
  readonly divisor: Value
  readonly scale: Value
}

export function normalisation(g: Graph, { normalisation: kind, wEnc, bEnc }: AffineSae, x: Value): InputScale | null {
  const dIn = wEnc.length / bEnc.length
  if (kind === 'none') return null
  if (kind === 'constant_norm_rescale') {
    const scale = g.div(g.reduceL2(x, [-1], true), g.scalar(Math.sqrt(dIn)))
    return { scale, divisor: scale, shift: g.mul(scale, g.scalar(0)) }
  }
  const shift = g.reduceMean(x, [-1], true)
  const scale = g.div(g.reduceL2(g.sub(x, shift), [-1], true), g.scalar(Math.sqrt(dIn - 1)))
  return { scale, divisor: g.add(scale, g.scalar(LAYER_NORM_EPS)), shift }
}
