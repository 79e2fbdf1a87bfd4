// The small interfaces behind which SAE training steps live. `TrainStep` is that of any architecture and device (the reference is
// training/reference-step.ts); `SaeTrainStep` that of the TopK step on shards of the CPU.
import type { TrainerStep } from './training/trainer.js'

/** Figures of one optimiser step of any architecture: losses by SAELens's names, coefficients, gradient norm, L0, dead features. */
export type TrainStepMetrics = TrainerStep

/** All that steps change, by SAELens's names and in its orientation; never shared with the step. */
export interface TrainStepState {
  /** Optimiser steps done. */
  readonly step: number
  readonly parameters: Readonly<Record<string, Float32Array>>
  /** Adam's moments, shaped as the parameters. */
  readonly m: Readonly<Record<string, Float32Array>>
  readonly v: Readonly<Record<string, Float32Array>>
  /** Steps since each feature last fired, and tokens at which it fired, [d_sae]. */
  readonly sinceFired: Float64Array
  readonly firedTokens: Float64Array
  /** Running threshold of the batch top-k architectures. */
  readonly topkThreshold: number
}

/** One training on one device. Learning rate and coefficients follow the schedules the step was made with. */
export interface TrainStep {
  /** One optimiser step on x [tokens, d_in], reconstructing `target` [tokens, d_out] (x itself unless given). */
  step(x: Float32Array, target?: Float32Array): Promise<TrainStepMetrics>
  read(): Promise<TrainStepState>
  /** @throws SaeError `training_invalid` for the state of another architecture. */
  load(state: TrainStepState): Promise<void>
  close(): Promise<void>
}

/** Figures of one optimiser step. Losses are means over tokens of sums over d_in. */
export interface StepMetrics {
  /** mse + aux. */
  readonly loss: number
  readonly mse: number
  /** Auxiliary loss with its coefficient; 0 when nothing is dead. */
  readonly aux: number
  /** Mean number of activations != 0 per token. */
  readonly l0: number
  /** Features counted dead at the start of the step. */
  readonly dead: number
  /** L2 norm of all gradients before clipping. */
  readonly gradNorm: number
  /** 1 - mse / variance of the batch; NaN when the batch has no variance. */
  readonly explainedVariance: number
}

/**
 * All that a step changes, as plain arrays (never shared with the step). Matrices are feature-major: row j of wEnc and wDec belongs
 * to feature j, so wEnc is the transpose of SAELens's W_enc. `m` and `v` are Adam's moments.
 */
export interface TrainState {
  /** Optimiser steps done. */
  readonly t: number
  /** [d_sae, d_in]. */
  readonly wEnc: Float32Array
  readonly wEncM: Float32Array
  readonly wEncV: Float32Array
  readonly wDec: Float32Array
  readonly wDecM: Float32Array
  readonly wDecV: Float32Array
  /** [d_sae]. */
  readonly bEnc: Float32Array
  readonly bEncM: Float32Array
  readonly bEncV: Float32Array
  /** [d_in]. */
  readonly bDec: Float32Array
  readonly bDecM: Float32Array
  readonly bDecV: Float32Array
  /** Steps since each feature last fired, [d_sae]. */
  readonly sinceFired: Int32Array
}

/** Names and sizes of the float arrays of a state: 'matrix' [d_sae, d_in], 'features' [d_sae], 'inputs' [d_in]. */
export const STATE_ARRAYS = {
  wEnc: 'matrix',
  wEncM: 'matrix',
  wEncV: 'matrix',
  wDec: 'matrix',
  wDecM: 'matrix',
  wDecV: 'matrix',
  bEnc: 'features',
  bEncM: 'features',
  bEncV: 'features',
  bDec: 'inputs',
  bDecM: 'inputs',
  bDecV: 'inputs',
} as const
export type StateArray = keyof typeof STATE_ARRAYS

export interface SaeTrainStep {
  /** One optimiser step on a batch [tokens, d_in]; at most the batch size the step was made for. */
  step(x: Float32Array, options: { readonly lr: number }): Promise<StepMetrics>
  state(): Promise<TrainState>
  load(state: TrainState): Promise<void>
  close(): Promise<void>
}
