// The ONNX encoder of TopK SAEs: one selection shared by training (weights fed) and by use (weights stored).
import { float32, Graph, type Value } from '@mistudio/onnx'

/**
 * The k largest pre-activations per token. `pre` [n, features]; `scale` [features] multiplies them first (decoder norms).
 * Returns values [n, k] in descending order, ties to the lower index, and int32 indices [n, k].
 */
function selectTopk(g: Graph, pre: Value, scale: Value | null, k: number | Value): { values: Value; indices: Value } {
  const top = g.topk(scale ? g.mul(pre, scale) : pre, k, 1)
  return { values: top.values, indices: g.cast(top.indices, 'int32') }
}

export interface TrainingEncoderShape {
  /** Padded input width. */
  readonly width: number
  readonly rescale: boolean
  /** Fixed k, or null to feed it as `k` (int64 [1]) together with any number of features. */
  readonly k: number | null
}

/**
 * Encoder of the training step: inputs `h` [n, width] (b_dec already subtracted), `w` [features, width], `b` [features],
 * `scale` [features] if rescaled, `k` if not fixed; outputs `values`, `index` [n, k], not rectified.
 */
export function trainingEncoderGraph({ width, rescale, k }: TrainingEncoderShape): Uint8Array {
  const g = new Graph('topk_training_encoder')
  const h = g.input('h', 'float32', ['n', width])
  const w = g.input('w', 'float32', ['features', width])
  const b = g.input('b', 'float32', ['features'])
  const scale = rescale ? g.input('scale', 'float32', ['features']) : null
  const count = k ?? g.input('k', 'int64', [1])
  const { values, indices } = selectTopk(g, g.gemm(h, w, b, { b: true }), scale, count)
  g.output(values, 'float32', ['n', k ?? 'k_out'], 'values')
  g.output(indices, 'int32', ['n', k ?? 'k_out'], 'index')
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
  const { values, indices } = selectTopk(g, pre, norms ? g.floats(norms) : null, k)
  g.output(g.relu(values), 'float32', ['n', k], 'values')
  g.output(indices, 'int32', ['n', k], 'index')
  return g.build()
}
