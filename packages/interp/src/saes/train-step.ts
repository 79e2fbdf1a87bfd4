// The small interface behind which SAE training steps of any architecture and device live. The reference is
// training/reference-step.ts, the one that uses all threads @mistudio/sae-engine; training/conformance is what each must pass.
import type { TrainableSae } from './training/architecture.js'
import type { TrainerOptions, TrainerStep } from './training/trainer.js'

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

/** What a controller sets for one step. */
export interface StepControl {
  /** Factor on every scheduled coefficient; 1 unless given. */
  readonly coefficientFactor?: number
}

/** One training on one device. Learning rate and coefficients follow the schedules the step was made with. */
export interface TrainStep {
  /** One optimiser step on x [tokens, d_in], reconstructing `target` [tokens, d_out] (x itself unless given). */
  step(x: Float32Array, target?: Float32Array, control?: StepControl): Promise<TrainStepMetrics>
  read(): Promise<TrainStepState>
  /** @throws SaeError `training_invalid` for the state of another architecture. */
  load(state: TrainStepState): Promise<void>
  close(): Promise<void>
}

/** A step that also tells its gradients, for tests and diagnosis. */
export interface ProbedTrainStep extends TrainStep {
  /** Gradients of the last step before clipping, in SAELens's orientation. @throws Error unless opened to keep them. */
  gradients(): Promise<Readonly<Record<string, ArrayLike<number>>>>
}

export interface TrainStepRequest {
  readonly sae: TrainableSae
  readonly trainer: TrainerOptions
  /** Most tokens of a batch. */
  readonly batchSize: number
  readonly threads: number
  /** Gradients will be asked for. */
  readonly keepGradients?: boolean
}

/** A way of computing training steps. */
export interface StepEngine {
  readonly name: 'reference' | 'sharded'
  /** Whether it computes this SAE; all that it does are exact. */
  trains(sae: TrainableSae): boolean
  /** Bytes of a step: parameters, moments, gradients, and everything per token. */
  bytes(sae: TrainableSae, batchSize: number, threads: number): number
  /**
   * `load` a state before the first step.
   * @throws SaeError `out_of_memory` or `internal` when what computes cannot start, `training_invalid` for what it does not train.
   */
  open(request: TrainStepRequest): Promise<ProbedTrainStep>
}
