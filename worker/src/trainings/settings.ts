// From the parameters of the form to what training needs: the SAE's configuration, optimiser, schedules and controller.
import { architectureOf, dictionarySize, isTranscoder, type TrainingParams } from '@mistudio/contracts'
import {
  type LearningRateSchedule,
  type TargetL0Options,
  type TrainableSae,
  type TrainerOptions,
  trainableSae,
} from '@mistudio/interp/saes'

/** Widths of what is read and of what is reconstructed. */
export interface Widths {
  /** Of each site that is read; more than one for crosscoders. */
  readonly sites: readonly number[]
  /** Of all of them side by side. */
  readonly dIn: number
  readonly dOut: number
}

/** @throws SaeError `training_invalid` naming what cannot be trained, for example k above d_sae. */
export function trainingSae(
  params: TrainingParams,
  { sites, dIn, dOut }: Widths,
  dSae = dictionarySize(params, sites),
): TrainableSae {
  const transcoder = isTranscoder(params)
  return trainableSae({
    architecture: params.architecture,
    d_in: dIn,
    d_sae: dSae,
    // A transcoder's b_dec is of the output site.
    apply_b_dec_to_input: params.applyBDecToInput && !transcoder,
    normalize_activations: params.normalizeActivations,
    decoder_init_norm: params.decoderNorm === 'unit' ? 1 : params.decoderInitNorm,
    ...(params.site.endsWith('.hook_z') && sites.length === 1 ? { reshape_activations: 'hook_z' } : {}),
    ...(transcoder ? { d_out: dOut } : {}),
    ...(sites.length > 1 ? { site_widths: sites } : {}),
    ...(params.skipConnection ? { skip_connection: true } : {}),
    ...architectureOf(params.architecture).cfg(params, dSae),
  })
}

export function trainerOptions(params: TrainingParams): TrainerOptions {
  const { adamBeta1: beta1, adamBeta2: beta2, adamEps: eps, weightDecay } = params
  return {
    learningRate: trainingSchedule(params),
    adam: { beta1, beta2, eps, weightDecay },
    clipGradNorm: params.clipGradNorm,
    deadWindow: params.deadWindow,
    decoderNorm: params.decoderNorm,
  }
}

/** `constant`: warm-up, then constant; `linear`: the same with decay over the last steps; cosines: warm-up, then down to a share of the peak. */
function trainingSchedule(params: TrainingParams): LearningRateSchedule {
  const { steps, learningRate, lrSchedule } = params
  const warmupSteps = Math.min(params.warmupSteps, steps)
  const cosine = lrSchedule === 'cosine' || lrSchedule === 'cosine_restarts'
  return {
    main: cosine ? lrSchedule : 'constant',
    lr: learningRate,
    lrEnd: learningRate * params.lrEndFactor,
    warmupSteps,
    decaySteps: lrSchedule === 'linear' ? Math.min(params.decaySteps, steps - warmupSteps) : 0,
    totalSteps: steps,
    cycles: params.lrCycles,
  }
}

/** Steps over which the sparsity coefficient rises; 0 for architectures without one. */
export const coefficientWarmUp = (params: TrainingParams): number =>
  'l1WarmUpSteps' in params ? params.l1WarmUpSteps : 'l0WarmUpSteps' in params ? params.l0WarmUpSteps : 0

/** What the coefficient is steered to; null when it is left alone. */
export function targetL0(params: TrainingParams): TargetL0Options | null {
  const target = architectureOf(params.architecture).steeredL0(params)
  return target === null ? null : { target, fromStep: coefficientWarmUp(params), steps: params.steps }
}
