// The training step that a configuration gets on this machine's CPU: feature shards on threads, or the plain reference.
import {
  initialParameters,
  ReferenceTrainStep,
  type TrainableSae,
  type TrainerOptions,
  type TrainStep,
} from '@mistudio/interp'
import { trainingBytes } from './sharded-step/layout.js'
import { shardPlan } from './sharded-step/plan.js'
import { ShardedStep } from './sharded-step/sharded-step.js'

/** How steps are computed: `sharded` on all threads, or the `reference`, plain loops on one thread. Both are exact. */
export type StepMeans = 'sharded' | 'reference'

export interface TrainStepOptions {
  readonly sae: TrainableSae
  readonly trainer: TrainerOptions
  /** Most tokens of a batch. */
  readonly batchSize: number
  readonly threads: number
}

/** What has no sharded step: matching pursuit, skip connections, gated SAEs under run-time normalisation. */
export const stepMeans = (sae: TrainableSae): StepMeans => (shardPlan(sae) ? 'sharded' : 'reference')

/**
 * Opens the step; `load` a state before using it.
 * @throws AppError `out_of_memory` or `internal` when a thread cannot start.
 */
export async function openTrainStep(options: TrainStepOptions): Promise<TrainStep> {
  if (stepMeans(options.sae) === 'sharded') return ShardedStep.open(options)
  return new ReferenceTrainStep(options.sae, options.trainer, initialParameters(options.sae, 0))
}

/** Bytes of a step: parameters, moments, gradients, and everything per token. */
export function stepBytes(sae: TrainableSae, batchSize: number, threads: number): number {
  const plan = shardPlan(sae)
  if (plan) return trainingBytes(plan, batchSize, threads)
  // The reference keeps pre-activations, activations and their gradients of the batch in double precision.
  const { d_in: dIn, d_sae: dSae } = sae.cfg
  const dense = 3 * batchSize * dSae + 4 * batchSize * Math.max(dIn, sae.cfg.d_out ?? 0)
  return parameterCount(sae) * (3 * 4 + 8) + dense * 8
}

export const parameterCount = ({ parameters }: TrainableSae): number =>
  Object.values(parameters).reduce((sum, shape) => sum + shape.reduce((n, size) => n * size, 1), 0)
