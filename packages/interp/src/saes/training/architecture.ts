// What a trainable SAE architecture is: parameters, forward pass, losses and gradients. The rest of a step (clipping, Adam,
// counters, schedules) is the same for all of them and lives in trainer.ts.
import type { TrainingCfg } from './cfg.js'
import type { Floats } from './math/linear.js'

export type Parameters = Readonly<Record<string, Floats>>
export type Gradients = Readonly<Record<string, Float64Array>>

/** One batch as an architecture sees it. */
export interface TrainingBatch {
  readonly tokens: number
  /** [tokens, d_in]; for crosscoders the sites side by side. */
  readonly x: Floats
  /** What is reconstructed, [tokens, d_out]; x itself for SAEs. */
  readonly target: Floats
  /** Features counted dead before this step, [d_sae], 1 or 0. */
  readonly dead: Uint8Array
  /** Scheduled coefficients as of this step, by name. */
  readonly coefficients: Readonly<Record<string, number>>
  /** Values of {@link Pass.held} of another pass, kept constant: what a finite difference of a loss with a stopped gradient needs. */
  readonly held?: readonly Float64Array[]
}

/** Result of one forward pass. */
export interface Pass {
  /** Pre-activations as the activation function sees them, [tokens, d_sae]. */
  readonly hiddenPre: Float64Array
  /** Feature activations, [tokens, d_sae]. */
  readonly acts: Float64Array
  /** Reconstruction, [tokens, d_out]. */
  readonly out: Float64Array
  /** Loss terms by SAELens's names; the loss is their sum. */
  readonly losses: Readonly<Record<string, number>>
  /** Parts of the losses that no gradient flows through, as the losses used them. */
  readonly held: readonly Float64Array[]
  /** Gradients of the sum of the losses (pseudo-gradients where straight-through estimators are), by parameter. */
  gradients(): Gradients
}

/** A coefficient that rises linearly from 0 over its warm-up. */
interface Coefficient {
  readonly final: number
  readonly warmUpSteps: number
}

/** An architecture bound to one configuration. */
export interface TrainableSae {
  readonly cfg: TrainingCfg
  /** Trained parameters and their shapes, in SAELens's orientation. */
  readonly parameters: Readonly<Record<string, readonly number[]>>
  /** Scheduled coefficients by name (`l1`, `l0`). */
  readonly coefficients: Readonly<Record<string, Coefficient>>
  /** Rate at which the running activation threshold follows the batch; null for architectures without one. */
  readonly thresholdRate: number | null
  /** Constraints put on the parameters in place, at the start of each forward pass. */
  prepare(parameters: Parameters): void
  pass(parameters: Parameters, batch: TrainingBatch): Pass
}

export interface TrainingArchitecture {
  readonly name: string
  /** @throws SaeError `training_invalid` naming the field. */
  bind(cfg: TrainingCfg): TrainableSae
}
