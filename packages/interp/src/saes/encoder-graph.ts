// The ONNX graphs of a TopK encoder: the dense product for training (weights fed), the whole encoder for use (weights stored).
import { float32, Graph } from '@mistudio/onnx'

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

/** Weights of a TopK encoder in SAELens's orientation. */
export interface TopkEncoderWeights {
  readonly dIn: number
  readonly dSae: number
  readonly k: number
  /** [d_in, d_sae]. */
  readonly wEnc: Float32Array
  readonly bEnc: Float32Array
  /** Subtracted from the input; null when apply_b_dec_to_input is false. */
  readonly bDec: Float32Array | null
  /** Decoder norms, when rescale_acts_by_decoder_norm; else null. */
  readonly norms: Float32Array | null
}

/** Encoder for use: input `x` [n, d_in]; outputs `values` [n, k] >= 0, descending, and `index` [n, k]. */
export function topkEncoderGraph(weights: TopkEncoderWeights): Uint8Array {
  const { dIn, dSae, k, wEnc, bEnc, bDec, norms } = weights
  const g = new Graph('topk_encoder')
  const x = g.input('x', 'float32', ['n', dIn])
  const h = bDec ? g.sub(x, g.floats(bDec)) : x
  const pre = g.add(g.matmul(h, g.initialiser(float32(wEnc, [dIn, dSae]))), g.floats(bEnc))
  const top = g.topk(norms ? g.mul(pre, g.floats(norms)) : pre, k, 1)
  g.output(g.relu(top.values), 'float32', ['n', k], 'values')
  g.output(g.cast(top.indices, 'int32'), 'int32', ['n', k], 'index')
  return g.build()
}
