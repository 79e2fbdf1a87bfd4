// ONNX graphs of encoders: the dense product for training (weights fed), the whole encoder for use (weights stored).
import { float32, Graph, type Value } from '@mistudio/onnx'
import type { Activation, AffineSae } from './architectures/architecture.js'

/**
 * Pre-activations of the training step, weights fed: inputs `h` [n, width] (b_dec already subtracted), `w` [features, width],
 * `b` [features]; output `pre` [n, features]. The selection follows in a kernel.
 */
export function trainingEncoderGraph(width: number): Uint8Array {
  const g = new Graph('training_encoder')
  const h = g.input('h', 'float32', ['n', width])
  const w = g.input('w', 'float32', ['features', width])
  const b = g.input('b', 'float32', ['features'])
  g.output(g.gemm(h, w, b, { b: true }), 'float32', ['n', 'features'], 'pre')
  return g.build()
}

const LAYER_NORM_EPS = 1e-5

/**
 * Encoder for use: input `x` [n, d_in]. Top-k architectures give `values` [n, k] (descending, by magnitude when signed) and `index`
 * [n, k]; all others `acts` [n, d_sae]. With run-time normalisation also `scale` and `shift` [n, 1].
 */
export function encoderGraph(model: AffineSae): Uint8Array {
  const { wEnc, bEnc, inputBias, preScale, activation } = model
  const dSae = bEnc.length
  const dIn = wEnc.length / dSae
  const g = new Graph('encoder')
  const z = normalised(g, model.normalisation, g.input('x', 'float32', ['n', dIn]), dIn)
  const h = inputBias ? g.sub(z, g.floats(inputBias)) : z
  const product = g.matmul(h, g.initialiser(float32(wEnc, [dIn, dSae])))
  if (activation.kind === 'topk') {
    const pre = g.add(product, g.floats(bEnc))
    const scaled = preScale ? g.mul(pre, g.floats(preScale)) : pre
    const top = g.topk(activation.signed ? g.abs(scaled) : scaled, activation.k, 1)
    const values = activation.signed ? g.gatherElements(scaled, top.indices, 1) : g.relu(top.values)
    g.output(values, 'float32', ['n', activation.k], 'values')
    g.output(g.cast(top.indices, 'int32'), 'int32', ['n', activation.k], 'index')
  } else {
    g.output(dense(g, activation, product, bEnc), 'float32', ['n', dSae], 'acts')
  }
  return g.build()
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

function normalised(g: Graph, kind: AffineSae['normalisation'], x: Value, dIn: number): Value {
  if (kind === 'none') return x
  if (kind === 'constant_norm_rescale') {
    const scale = g.div(g.reduceL2(x, [1], true), g.scalar(Math.sqrt(dIn)))
    outputs(g, scale, g.mul(scale, g.scalar(0)))
    return g.div(x, scale)
  }
  const mean = g.reduceMean(x, [1], true)
  const centred = g.sub(x, mean)
  const deviation = g.div(g.reduceL2(centred, [1], true), g.scalar(Math.sqrt(dIn - 1)))
  outputs(g, deviation, mean)
  return g.div(centred, g.add(deviation, g.scalar(LAYER_NORM_EPS)))
}

function outputs(g: Graph, scale: Value, shift: Value): void {
  g.output(scale, 'float32', ['n', 1], 'scale')
  g.output(shift, 'float32', ['n', 1], 'shift')
}
