// From the parameters of the form to what training needs: the SAE's configuration, optimiser and schedules.
import type { TrainingParams } from '@mistudio/contracts'
import { type LearningRateSchedule, type TrainableSae, type TrainerOptions, trainableSae } from '@mistudio/interp'

/** Fraction of the learning rate that a cosine falls to (SAELens `lr_end`). */
const COSINE_END = 0.1
/** SAELens uses Adam without decay. */
const [ADAM_EPS, WEIGHT_DECAY] = [1e-8, 0]

/** @throws SaeError `training_invalid`, for example when k exceeds d_sae. */
export function trainingSae(params: TrainingParams, dIn: number, dSae = dIn * params.expansion): TrainableSae {
  return trainableSae({
    architecture: params.architecture,
    d_in: dIn,
    d_sae: dSae,
    k: params.k,
    aux_loss_coefficient: params.auxCoefficient,
    apply_b_dec_to_input: params.applyBDecToInput,
    rescale_acts_by_decoder_norm: params.rescaleByDecoderNorm,
  })
}

export function trainerOptions(params: TrainingParams): TrainerOptions {
  return {
    learningRate: trainingSchedule(params),
    adam: { beta1: params.adamBeta1, beta2: params.adamBeta2, eps: ADAM_EPS, weightDecay: WEIGHT_DECAY },
    clipGradNorm: params.clipGradNorm,
    deadWindow: params.deadWindow,
  }
}

/** `constant`: warm-up, then constant; `linear`: the same with decay over the last steps; `cosine`: warm-up, then a half cosine. */
export function trainingSchedule(params: TrainingParams): LearningRateSchedule {
  const { steps, learningRate, lrSchedule } = params
  const warmupSteps = Math.min(params.warmupSteps, steps)
  return {
    main: lrSchedule === 'cosine' ? 'cosine' : 'constant',
    lr: learningRate,
    lrEnd: learningRate * COSINE_END,
    warmupSteps,
    decaySteps: lrSchedule === 'linear' ? Math.min(params.decaySteps, steps - warmupSteps) : 0,
    totalSteps: steps,
    cycles: 1,
  }
}
