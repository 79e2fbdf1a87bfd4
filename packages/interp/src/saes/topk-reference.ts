// One TopK SAE training step in plain float64: forward pass, losses and gradients as SAELens 6 defines them. Ground truth for tests
// (themselves checked by finite differences and against SAELens), far too slow for training.
import { auxWidth, type TopkTrainingConfig } from './config.js'

/** Parameters in SAELens's orientation. */
export interface TopkParameters {
  /** [d_in, d_sae]. */
  readonly W_enc: Float64Array
  /** [d_sae, d_in]. */
  readonly W_dec: Float64Array
  readonly b_enc: Float64Array
  readonly b_dec: Float64Array
}

type ForwardConfig = Pick<
  TopkTrainingConfig,
  'dIn' | 'dSae' | 'k' | 'auxCoefficient' | 'applyBDecToInput' | 'rescaleByDecoderNorm'
>

export interface TopkForward {
  /** Pre-activations after the rescaling, [B, d_sae]. */
  readonly pre: Float64Array
  /** Activations, [B, d_sae]. */
  readonly acts: Float64Array
  /** Reconstruction, [B, d_in]. */
  readonly out: Float64Array
  /** Pre-activations of the dead features chosen for the auxiliary loss, [B, d_sae], not rectified. */
  readonly auxActs: Float64Array
  /** Auxiliary reconstruction minus residual, [B, d_in]. */
  readonly auxError: Float64Array
  readonly mse: number
  readonly aux: number
  /** s × coefficient: weight of the auxiliary squared error. */
  readonly auxWeight: number
}

/** Indices of the `count` largest of `values` among `allowed`; ties to the lower index. */
function largest(values: Float64Array, count: number, allowed: (j: number) => boolean): number[] {
  const order = Array.from(values.keys()).filter(allowed)
  return order.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count)
}

/**
 * Forward pass. `residual` replaces x - out in the auxiliary loss, for finite differences: the loss holds it constant.
 */
export function topkForward(
  config: ForwardConfig,
  p: TopkParameters,
  x: Float64Array,
  dead: readonly boolean[],
  residual?: Float64Array,
): TopkForward {
  const { dIn, dSae, k } = config
  const batch = x.length / dIn
  const norms = decoderNorms(config, p)
  const pre = new Float64Array(batch * dSae)
  const acts = new Float64Array(batch * dSae)
  const auxActs = new Float64Array(batch * dSae)
  const out = new Float64Array(batch * dIn)
  const auxError = new Float64Array(batch * dIn)
  const deadCount = dead.filter(Boolean).length
  const kAux = auxWidth(dIn)
  const auxWeight = deadCount > 0 && kAux > 0 ? config.auxCoefficient * Math.min(deadCount / kAux, 1) : 0
  let mse = 0
  let aux = 0
  for (let t = 0; t < batch; t++) {
    const row = pre.subarray(t * dSae, (t + 1) * dSae)
    for (let j = 0; j < dSae; j++) {
      let sum = p.b_enc[j]!
      for (let i = 0; i < dIn; i++) sum += input(config, p, x, t, i) * p.W_enc[i * dSae + j]!
      row[j] = sum * norms[j]!
    }
    for (const j of largest(row, k, () => true)) acts[t * dSae + j] = Math.max(0, row[j]!)
    if (auxWeight > 0)
      for (const j of largest(row, Math.min(kAux, deadCount), (j) => dead[j]!)) auxActs[t * dSae + j] = row[j]!
    for (let i = 0; i < dIn; i++) {
      const at = t * dIn + i
      let [sum, auxSum] = [p.b_dec[i]!, 0]
      for (let j = 0; j < dSae; j++) {
        sum += (acts[t * dSae + j]! / norms[j]!) * p.W_dec[j * dIn + i]!
        auxSum += (auxActs[t * dSae + j]! / norms[j]!) * p.W_dec[j * dIn + i]!
      }
      out[at] = sum
      auxError[at] = auxSum - (residual ? residual[at]! : x[at]! - sum)
      mse += (sum - x[at]!) ** 2 / batch
      aux += (auxWeight * auxError[at]! ** 2) / batch
    }
  }
  return { pre, acts, out, auxActs, auxError, mse, aux, auxWeight }
}

/**
 * Gradients of mse + aux. The decoder norm n scales pre-activations up and decoder rows down, so that p = act / n does not depend on
 * it: no gradient flows through n, although it decides which features are chosen.
 */
export function topkGradients(
  config: ForwardConfig,
  p: TopkParameters,
  x: Float64Array,
  forward: TopkForward,
): TopkParameters {
  const { dIn, dSae } = config
  const batch = x.length / dIn
  const norms = decoderNorms(config, p)
  const g = {
    W_enc: new Float64Array(dIn * dSae),
    W_dec: new Float64Array(dSae * dIn),
    b_enc: new Float64Array(dSae),
    b_dec: new Float64Array(dIn),
  }
  const error = forward.out.map((value, i) => value - x[i]!)
  const addEntry = (t: number, j: number, value: number, from: Float64Array, scale: number) => {
    let delta = 0
    for (let i = 0; i < dIn; i++) delta += scale * from[t * dIn + i]! * p.W_dec[j * dIn + i]!
    g.b_enc[j]! += delta
    for (let i = 0; i < dIn; i++) {
      g.W_dec[j * dIn + i]! += scale * (value / norms[j]!) * from[t * dIn + i]!
      g.W_enc[i * dSae + j]! += delta * input(config, p, x, t, i)
      if (config.applyBDecToInput) g.b_dec[i]! -= delta * p.W_enc[i * dSae + j]!
    }
  }
  for (let t = 0; t < batch; t++) {
    for (let i = 0; i < dIn; i++) g.b_dec[i]! += (2 / batch) * error[t * dIn + i]!
    for (let j = 0; j < dSae; j++) {
      const act = forward.acts[t * dSae + j]!
      const auxAct = forward.auxActs[t * dSae + j]!
      if (act !== 0) addEntry(t, j, act, error, 2 / batch)
      if (auxAct !== 0) addEntry(t, j, auxAct, forward.auxError, (2 / batch) * forward.auxWeight)
    }
  }
  return g
}

function decoderNorms({ dIn, dSae, rescaleByDecoderNorm }: ForwardConfig, p: TopkParameters): Float64Array {
  return Float64Array.from({ length: dSae }, (_, j) => {
    if (!rescaleByDecoderNorm) return 1
    let square = 0
    for (let i = 0; i < dIn; i++) square += p.W_dec[j * dIn + i]! ** 2
    return Math.sqrt(square)
  })
}

const input = (config: ForwardConfig, p: TopkParameters, x: Float64Array, t: number, i: number): number =>
  x[t * config.dIn + i]! - (config.applyBDecToInput ? p.b_dec[i]! : 0)
