// Sparsity losses of JumpReLU SAEs with their gradients. The step into parameters (straight-through estimators) is the architecture's.
import type { Floats } from './math/linear.js'

export interface JumpActivations {
  /** [tokens, d_sae]. */
  readonly hiddenPre: Float64Array
  readonly acts: Float64Array
  /** [d_sae]. */
  readonly theta: Floats
  readonly norms: Float64Array
  readonly tokens: number
}

export interface SparsityOptions {
  readonly mode: 'step' | 'quadratic' | 'tanh'
  readonly coefficient: number
  readonly tanhScale: number
  readonly targetL0: number
}

/** A loss and its gradients by what it depends on; null where it does not. */
export interface SparsityLoss {
  readonly loss: number
  /** By the activations, [tokens, d_sae]. */
  readonly dActs: Float64Array | null
  /** By the step [pre > theta], [tokens, d_sae]. */
  readonly dOpen: Float64Array | null
  /** By the decoder norms, [d_sae]. */
  readonly dNorms: Float64Array | null
}

/**
 * step: l E Σ [pre > θ]. quadratic: l E (2/t)(l0 − t)² with l0 of each token and t the target. tanh: l E Σ tanh(c a n), c the scale and
 * n the decoder norms.
 */
export function sparsityLoss(options: SparsityOptions, activations: JumpActivations): SparsityLoss {
  return options.mode === 'tanh' ? tanhLoss(options, activations) : countLoss(options, activations)
}

function countLoss({ mode, coefficient, targetL0 }: SparsityOptions, a: JumpActivations): SparsityLoss {
  const dSae = a.theta.length
  const dOpen = new Float64Array(a.acts.length)
  let loss = 0
  for (let t = 0; t < a.tokens; t++) {
    const first = t * dSae
    let l0 = 0
    for (let j = 0; j < dSae; j++) if (a.hiddenPre[first + j]! > a.theta[j]!) l0++
    const [value, slope] =
      mode === 'step' ? [l0, 1] : [(2 / targetL0) * (l0 - targetL0) ** 2, (4 / targetL0) * (l0 - targetL0)]
    loss += (coefficient / a.tokens) * value
    dOpen.fill((coefficient / a.tokens) * slope, first, first + dSae)
  }
  return { loss, dActs: null, dOpen, dNorms: null }
}

function tanhLoss({ coefficient, tanhScale }: SparsityOptions, a: JumpActivations): SparsityLoss {
  const dSae = a.theta.length
  const weight = coefficient / a.tokens
  const dActs = new Float64Array(a.acts.length)
  const dNorms = new Float64Array(dSae)
  let loss = 0
  for (let at = 0; at < a.acts.length; at++) {
    const j = at % dSae
    const value = Math.tanh(tanhScale * a.acts[at]! * a.norms[j]!)
    const slope = weight * (1 - value * value) * tanhScale
    loss += weight * value
    dActs[at] = slope * a.norms[j]!
    dNorms[j]! += slope * a.acts[at]!
  }
  return { loss, dActs, dOpen: null, dNorms }
}

/** q E Σ dead relu(θ − pre) n: pulls the pre-activations of dead features up to their thresholds. */
export function preActivationLoss(
  coefficient: number,
  dead: Uint8Array,
  a: JumpActivations,
): { readonly loss: number; readonly dThetaMinusPre: Float64Array; readonly dNorms: Float64Array } {
  const dSae = a.theta.length
  const weight = coefficient / a.tokens
  const dThetaMinusPre = new Float64Array(a.acts.length)
  const dNorms = new Float64Array(dSae)
  let loss = 0
  for (let at = 0; at < a.acts.length; at++) {
    const j = at % dSae
    const below = a.theta[j]! - a.hiddenPre[at]!
    if (!dead[j] || below <= 0) continue
    loss += weight * below * a.norms[j]!
    dThetaMinusPre[at] = weight * a.norms[j]!
    dNorms[j]! += weight * below
  }
  return { loss, dThetaMinusPre, dNorms }
}
