// From the parameters of the form to what training needs: step configuration and learning-rate schedule.
import type { TrainingParams } from '@mistudio/contracts'
import { type LearningRateSchedule, parseTopkTrainingConfig, type TopkTrainingConfig } from '@mistudio/interp'

/** Fraction of the learning rate that a cosine falls to (SAELens `lr_end`). */
const COSINE_END = 0.1

/** @throws SaeError `training_invalid`, for example when k exceeds d_sae. */
export function trainingConfig(params: TrainingParams, dIn: number): TopkTrainingConfig {
  return parseTopkTrainingConfig({
    dIn,
    dSae: dIn * params.expansion,
    k: params.k,
    auxCoefficient: params.auxCoefficient,
    deadWindow: params.deadWindow,
    applyBDecToInput: params.applyBDecToInput,
    rescaleByDecoderNorm: params.rescaleByDecoderNorm,
    clipGradNorm: params.clipGradNorm,
    adamBeta1: params.adamBeta1,
    adamBeta2: params.adamBeta2,
  })
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
