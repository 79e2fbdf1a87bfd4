// One optimiser step of any architecture, in the order of SAELens's trainer: dead features, forward pass, counters, gradients,
// clipping, Adam; where decoder norms are constrained, projection before the clipping and the constraint after Adam. The reference: plain loops over arrays, exact, for tests and small SAEs.
import { type LearningRateSchedule, learningRate } from '../schedules.js'
import type { StepControl } from '../train-step.js'
import type { Gradients, Pass, TrainableSae } from './architecture.js'
import { constrainDecoder, type DecoderNormMode, projectDecoderGradient } from './decoder-norm.js'
import { type AdamOptions, adamStep, clipGradients } from './math/adam.js'
import type { Floats } from './math/linear.js'
import { explainedVariances } from './math/variance.js'

export interface TrainerOptions {
  readonly learningRate: LearningRateSchedule
  readonly adam: AdamOptions
  /** L2 norm that all gradients together are clipped to. */
  readonly clipGradNorm: number
  /** A feature is dead when it has not fired in more than so many steps. */
  readonly deadWindow: number
  /** What holds for the norms of decoder rows after every step; `none` unless given. */
  readonly decoderNorm?: DecoderNormMode
}

/** All that steps change. */
export interface TrainerState {
  /** Optimiser steps done. */
  step: number
  readonly parameters: Record<string, Floats>
  readonly m: Record<string, Floats>
  readonly v: Record<string, Floats>
  /** Steps since each feature last fired, [d_sae]. */
  readonly sinceFired: Float64Array
  /** Tokens at which each feature fired since the start, [d_sae]. */
  readonly firedTokens: Float64Array
  /** Running threshold of the batch top-k architectures. */
  topkThreshold: number
}

/** Figures of one step. */
export interface TrainerStep {
  readonly learningRate: number
  readonly coefficients: Readonly<Record<string, number>>
  readonly losses: Readonly<Record<string, number>>
  readonly loss: number
  /** Norm of all gradients before clipping. */
  readonly gradNorm: number
  readonly l0: number
  readonly dead: number
  readonly explainedVariance: number
  readonly explainedVarianceLegacy: number
}

/** A state before its first step. The arrays of `parameters` are the state's own from here on. */
export function trainerState(sae: TrainableSae, parameters: Record<string, Floats>): TrainerState {
  const like = (array: Floats): Floats =>
    array instanceof Float64Array ? new Float64Array(array.length) : new Float32Array(array.length)
  const empty = () => Object.fromEntries(Object.keys(sae.parameters).map((name) => [name, like(parameters[name]!)]))
  const { d_sae: dSae } = sae.cfg
  return {
    step: 0,
    parameters,
    m: empty(),
    v: empty(),
    sinceFired: new Float64Array(dSae),
    firedTokens: new Float64Array(dSae),
    topkThreshold: 0,
  }
}

/** Features that have not fired in more than `deadWindow` steps. */
export const deadFeatures = (state: Pick<TrainerState, 'sinceFired'>, deadWindow: number): Uint8Array =>
  Uint8Array.from(state.sinceFired, (steps) => (steps > deadWindow ? 1 : 0))

/** Value of each scheduled coefficient at step t: factor · final · min(t / warm-up, 1). */
export function coefficientsAt(sae: TrainableSae, t: number, factor = 1): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sae.coefficients).map(([name, { final, warmUpSteps }]) => [
      name,
      factor * coefficientAt(final, warmUpSteps, t),
    ]),
  )
}

/** A coefficient of step t, counted from 0: 0 at the first step of a warm-up, `final` from its end on. */
export const coefficientAt = (final: number, warmUpSteps: number, t: number): number =>
  warmUpSteps > 0 ? final * Math.min(t / warmUpSteps, 1) : final

/** (1 − η) threshold + η · smallest positive activation; unchanged when none is positive. */
export function nextThreshold(threshold: number, rate: number, acts: ArrayLike<number>): number {
  let smallest = Number.POSITIVE_INFINITY
  for (let at = 0; at < acts.length; at++) if (acts[at]! > 0 && acts[at]! < smallest) smallest = acts[at]!
  return Number.isFinite(smallest) ? (1 - rate) * threshold + rate * smallest : threshold
}

/**
 * One step on x [tokens, d_in], reconstructing `target` [tokens, d_out] (x itself unless given). `seen` gets the pass and the gradients
 * before clipping.
 */
export function trainStep(
  sae: TrainableSae,
  options: TrainerOptions,
  state: TrainerState,
  x: Floats,
  target: Floats = x,
  seen?: (pass: Pass, gradients: Gradients) => void,
  control: StepControl = {},
): TrainerStep {
  const tokens = x.length / sae.cfg.d_in
  const t = state.step
  const dead = deadFeatures(state, options.deadWindow)
  const coefficients = coefficientsAt(sae, t, control.coefficientFactor)
  sae.prepare(state.parameters)
  const pass = sae.pass(state.parameters, { tokens, x, target, dead, coefficients })
  if (sae.thresholdRate !== null) state.topkThreshold = nextThreshold(state.topkThreshold, sae.thresholdRate, pass.acts)
  const active = countFirings(state, pass.acts)
  const gradients = pass.gradients()
  const { decoderNorm = 'none' } = options
  const wDec = state.parameters['W_dec']!
  const width = wDec.length / sae.cfg.d_sae
  const shape = { rows: sae.cfg.d_sae, width, stride: width }
  projectDecoderGradient(decoderNorm, wDec, gradients['W_dec']!, shape)
  seen?.(pass, gradients)
  const gradNorm = clipGradients(gradients, options.clipGradNorm)
  const rate = learningRate(options.learningRate, t)
  adamStep(options.adam, state, gradients, rate)
  constrainDecoder(decoderNorm, wDec, shape)
  const [explainedVariance, explainedVarianceLegacy] = explainedVariances(target, pass.out, tokens)
  return {
    learningRate: rate,
    coefficients,
    losses: pass.losses,
    loss: Object.values(pass.losses).reduce((sum, value) => sum + value, 0),
    gradNorm,
    l0: active / tokens,
    dead: dead.reduce((sum, value) => sum + value, 0),
    explainedVariance,
    explainedVarianceLegacy,
  }
}

/** Updates the counters of the features; returns how many activations are not 0. */
function countFirings(state: TrainerState, acts: Float64Array): number {
  const dSae = state.sinceFired.length
  const fired = new Float64Array(dSae)
  let active = 0
  for (let at = 0; at < acts.length; at++) {
    if (acts[at] === 0) continue
    fired[at % dSae]!++
    active++
  }
  for (let j = 0; j < dSae; j++) {
    state.firedTokens[j]! += fired[j]!
    state.sinceFired[j] = fired[j]! > 0 ? 0 : state.sinceFired[j]! + 1
  }
  return active
}
