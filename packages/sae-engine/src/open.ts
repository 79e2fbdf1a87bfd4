// The training step that a configuration gets on this machine's CPU: the first engine that computes it.
import {
  referenceEngine,
  type StepEngine,
  type TrainableSae,
  type TrainStep,
  type TrainStepRequest,
} from '@mistudio/interp/saes'
import { shardedEngine } from './sharded-step.js'

/** Fastest first. All are exact; the last computes everything. */
const ENGINES: readonly StepEngine[] = [shardedEngine, referenceEngine]

export const engineOf = (sae: TrainableSae): StepEngine => ENGINES.find(({ trains }) => trains(sae))!

/**
 * Opens the step; `load` a state before using it.
 * @throws SaeError `out_of_memory` or `internal` when a thread cannot start.
 */
export const openTrainStep = (request: TrainStepRequest): Promise<TrainStep> => engineOf(request.sae).open(request)

/** Bytes of a step: parameters, moments, gradients, and everything per token. */
export const stepBytes = (sae: TrainableSae, batchSize: number, threads: number): number =>
  engineOf(sae).bytes(sae, batchSize, threads)
