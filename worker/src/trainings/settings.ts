// From the parameters of the form to what training needs: the SAE's configuration, optimiser, schedules and controller.
import { dictionarySize, isTranscoder, type TrainingParams } from '@mistudio/contracts'
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
    ...ownFields(params, dSae),
  })
}

/** Fields of one architecture, in SAELens's names. */
function ownFields(params: TrainingParams, dSae: number): Record<string, unknown> {
  switch (params.architecture) {
    case 'topk':
    case 'abstopk':
      return rankedFields(params)
    case 'batchtopk':
      return { ...rankedFields(params), topk_threshold_lr: params.thresholdRate }
    case 'matryoshka_batchtopk':
      return {
        ...rankedFields(params),
        topk_threshold_lr: params.thresholdRate,
        matryoshka_widths: prefixWidths(params.matryoshkaShares, dSae),
        use_matryoshka_aux_loss: params.auxPerWidth,
      }
    case 'standard':
      return { lp_norm: params.lpNorm, ...l1Fields(params), ghost_grads: params.revival === 'ghost_grads' }
    case 'gated':
      return l1Fields(params)
    case 'jumprelu':
      return {
        jumprelu_bandwidth: params.bandwidth,
        jumprelu_init_threshold: params.initThreshold,
        jumprelu_sparsity_loss_mode: params.sparsityLoss,
        jumprelu_tanh_scale: params.tanhScale,
        jumprelu_ste_to_input: params.steToInput,
        l0_coefficient: params.l0Coefficient,
        l0_warm_up_steps: params.l0WarmUpSteps,
        pre_act_loss_coefficient: params.preActCoefficient,
        target_l0: params.sparsityLoss === 'quadratic' ? params.targetL0 : null,
        ghost_grads: params.revival === 'ghost_grads',
      }
    case 'matching_pursuit':
      return {
        residual_threshold: params.residualThreshold,
        max_iterations: params.maxIterations,
        stop_on_duplicate_support: params.stopOnDuplicateSupport,
      }
  }
}

const rankedFields = (params: { k: number; auxCoefficient: number; rescaleByDecoderNorm: boolean }) => ({
  k: params.k,
  aux_loss_coefficient: params.auxCoefficient,
  rescale_acts_by_decoder_norm: params.rescaleByDecoderNorm,
})

const l1Fields = (params: { l1Coefficient: number; l1WarmUpSteps: number }) => ({
  l1_coefficient: params.l1Coefficient,
  l1_warm_up_steps: params.l1WarmUpSteps,
})

/** Ends of the nested prefixes, without those that rounding makes equal. */
const prefixWidths = (shares: readonly number[], dSae: number): number[] =>
  [...new Set(shares.map((share) => Math.max(1, Math.round(share * dSae))))].sort((a, b) => a - b)

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

/** What the coefficient is steered to; null when it is left alone. The quadratic loss has its target in itself. */
export function targetL0(params: TrainingParams): TargetL0Options | null {
  if (!('targetL0' in params) || params.targetL0 === null) return null
  if (params.architecture === 'jumprelu' && params.sparsityLoss === 'quadratic') return null
  return { target: params.targetL0, fromStep: coefficientWarmUp(params), steps: params.steps }
}
