// Options that several architectures share, with their words and what they cannot be combined with.
import { z } from 'zod'
import { text } from '../option-text.js'
import { type ArchitectureFacts, type OptionIssue, PER_TOKEN } from './architecture.js'

export const coefficient = z.number().min(0).max(1e6)
const warmUp = z.int().min(0).max(5_000_000).default(100)
/** Features per token unless something else is asked for: as many at any site of any model. */
export const USUAL_L0 = 32

/** Choosing the strongest: how features are ranked, and the loss that revives those never chosen. */
export const ranked = {
  options: {
    auxCoefficient: z.number().min(0).max(100).default(1),
    rescaleByDecoderNorm: z.boolean().default(true),
  },
  texts: {
    k: text(
      'Sparsity',
      'k',
      'Features kept per token; the L0 of the SAE. Smaller is easier to read, larger reconstructs better.',
      'features',
    ),
    auxCoefficient: text(
      'Dead features',
      'Auxiliary coefficient',
      'Weight of the loss that lets dead features explain the residual. 0 switches it off.',
    ),
    rescaleByDecoderNorm: text(
      'Sparsity',
      'Rank by decoder norm',
      'Features are ranked by activation × norm of the decoder row, so that scale cannot be used to win.',
    ),
  },
  sparsity: ({ k }: { k: number }): string => `k ${k}`,
  rules(
    {
      k,
      auxCoefficient,
      normalizeActivations: kind,
    }: { k: number; auxCoefficient: number; normalizeActivations: string },
    { dSae }: ArchitectureFacts,
  ): OptionIssue<'k' | 'auxCoefficient'>[] {
    const issues: OptionIssue<'k' | 'auxCoefficient'>[] = []
    if (k > dSae) issues.push({ option: 'k', message: `k = ${k} is more than the ${dSae} features of this SAE.` })
    if (PER_TOKEN.includes(kind) && auxCoefficient > 0) {
      const message = `The auxiliary loss is not defined under ${kind}. Set it to 0 or choose another normalisation.`
      issues.push({ option: 'auxCoefficient', message })
    }
    return issues
  },
  cfg: (params: { k: number; auxCoefficient: number; rescaleByDecoderNorm: boolean }) => ({
    k: params.k,
    aux_loss_coefficient: params.auxCoefficient,
    rescale_acts_by_decoder_norm: params.rescaleByDecoderNorm,
  }),
  losses: {
    aux: {
      label: 'Auxiliary loss',
      definition:
        'Top-k family: AuxK loss on the residual by dead features only, with its coefficient. Gated: reconstruction by the gate alone.',
    },
  },
} as const

/** k of each token. */
export const perToken = { k: z.int().min(1).max(1024).default(USUAL_L0), ...ranked.options } as const

/** k of each token on average, and the threshold that stands for the selection later. */
export const perBatch = {
  options: {
    /** Mean features per token; may be a fraction. */
    k: z.number().positive().max(1024).default(USUAL_L0),
    /** Rate at which the threshold for inference follows the batches. */
    thresholdRate: z.number().gt(0).max(1).default(0.01),
    ...ranked.options,
  },
  texts: {
    ...ranked.texts,
    thresholdRate: text('Sparsity', 'Threshold rate', 'How fast the threshold used at inference follows the batches.'),
  },
  cfg: (params: Parameters<typeof ranked.cfg>[0] & { thresholdRate: number }) => ({
    ...ranked.cfg(params),
    topk_threshold_lr: params.thresholdRate,
  }),
} as const

/** Wanted L0; null leaves the coefficient alone. */
export const targetL0 = {
  options: { targetL0: z.number().positive().max(1e6).nullable().default(USUAL_L0) },
  texts: {
    targetL0: text(
      'Sparsity',
      'Target L0',
      'The controller steers the coefficient until L0 is this; empty leaves the coefficient as it is. The quadratic loss pulls each token towards it instead.',
      'features',
    ),
  },
  rules: ({ targetL0: target }: { targetL0: number | null }, { dSae }: ArchitectureFacts): OptionIssue<'targetL0'>[] =>
    target !== null && target > dSae
      ? [{ option: 'targetL0', message: `A target L0 of ${target} is more than the ${dSae} features of this SAE.` }]
      : [],
} as const

/** A penalty whose coefficient rises at the start, and may be steered. */
export const l1 = {
  options: { l1Coefficient: coefficient.default(1), l1WarmUpSteps: warmUp, ...targetL0.options },
  texts: {
    l1Coefficient: text(
      'Sparsity',
      'L1 coefficient',
      'Weight of the penalty: larger gives a smaller L0. Where the controller begins, if a target is set.',
    ),
    l1WarmUpSteps: text('Sparsity', 'L1 warm-up', 'Steps over which the coefficient rises from zero.', 'steps'),
    ...targetL0.texts,
  },
  sparsity: (params: { l1Coefficient: number; targetL0: number | null }): string =>
    params.targetL0 === null ? `L1 ${params.l1Coefficient}` : `L0 → ${params.targetL0}`,
  // A coefficient by itself stays what it is, so nothing steers it.
  brings: ({ l1Coefficient }: Readonly<Record<string, unknown>>) =>
    l1Coefficient === undefined ? {} : { targetL0: null },
  cfg: (params: { l1Coefficient: number; l1WarmUpSteps: number }) => ({
    l1_coefficient: params.l1Coefficient,
    l1_warm_up_steps: params.l1WarmUpSteps,
  }),
  losses: {
    l1_loss: {
      label: 'L1 loss',
      definition: 'Coefficient × mean over the batch of ‖a · ‖W_dec‖‖_p; gated: of the gate.',
    },
  },
} as const

/** As `l1`, of a loss that counts features. */
export const l0 = {
  options: { l0Coefficient: coefficient.default(1), l0WarmUpSteps: warmUp, ...targetL0.options },
  texts: {
    l0Coefficient: text(
      'Sparsity',
      'L0 coefficient',
      'Weight of the sparsity loss. Where the controller begins, if a target is set.',
    ),
    l0WarmUpSteps: text('Sparsity', 'L0 warm-up', 'Steps over which the coefficient rises from zero.', 'steps'),
    ...targetL0.texts,
  },
} as const

/** Ghost gradients: where a pre-activation below the threshold tells how far a dead feature is from firing. */
export const ghosts = {
  options: { revival: z.enum(['none', 'resampling', 'ghost_grads']).default('none') },
  rules({
    revival,
    normalizeActivations: kind,
  }: {
    revival: string
    normalizeActivations: string
  }): OptionIssue<'revival'>[] {
    if (revival !== 'ghost_grads' || !PER_TOKEN.includes(kind)) return []
    const message = `Ghost gradients are not defined under ${kind}. Choose resampling or another normalisation.`
    return [{ option: 'revival', message }]
  },
  losses: {
    ghost_loss: {
      label: 'Ghost loss',
      definition:
        'Ghost gradients: what dead features, through an exponential, leave of the residual; scaled to the size of the reconstruction loss.',
    },
  },
} as const
