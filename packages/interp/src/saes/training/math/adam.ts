// Clipping of gradients and Adam, as torch computes them (`clip_grad_norm_`, `optim.Adam`, `optim.AdamW`).
import type { Gradients } from '../architecture.js'
import { type Floats, squareSum } from './linear.js'

export interface AdamOptions {
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  /** Decoupled decay of AdamW: parameters shrink by lr · weightDecay per step. SAELens uses 0. */
  readonly weightDecay: number
}

/** Added to the norm before dividing, as torch does. */
const CLIP_EPS = 1e-6

/** Scales all gradients together, in place, so that their L2 norm is at most `max`. Returns the norm before. */
export function clipGradients(gradients: Gradients, max: number): number {
  const norm = Math.sqrt(Object.values(gradients).reduce((sum, gradient) => sum + squareSum(gradient), 0))
  const factor = Math.min(1, max / (norm + CLIP_EPS))
  if (factor < 1)
    for (const gradient of Object.values(gradients)) for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor
  return norm
}

/** What Adam changes: parameters and moments by name, and the count of steps. */
export interface AdamState {
  step: number
  readonly parameters: Record<string, Floats>
  readonly m: Record<string, Floats>
  readonly v: Record<string, Floats>
}

/** One step in place; counts it. */
export function adamStep(options: AdamOptions, state: AdamState, gradients: Gradients, lr: number): void {
  const { beta1, beta2, eps, weightDecay } = options
  const t = ++state.step
  const [scale1, scale2] = [1 - beta1 ** t, Math.sqrt(1 - beta2 ** t)]
  for (const [name, gradient] of Object.entries(gradients)) {
    const [p, m, v] = [state.parameters[name]!, state.m[name]!, state.v[name]!]
    for (let i = 0; i < p.length; i++) {
      const g = gradient[i]!
      m[i] = beta1 * m[i]! + (1 - beta1) * g
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g
      p[i] = p[i]! * (1 - lr * weightDecay) - ((lr / scale1) * m[i]!) / (Math.sqrt(v[i]!) / scale2 + eps)
    }
  }
}
