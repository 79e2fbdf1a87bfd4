// Metric keys of a training with unit and definition; chart texts and exports come from here. Every sampled figure says what it is
// taken over.

import { COUNTED_TOKENS, SAE_FIGURES, type SaeFigure } from '../quality/figures.js'
import { LOSS_KEYS, LOSS_TEXTS, type LossKey } from './architectures/index.js'

const metric = <U extends string>(label: string, unit: U, definition: string) => ({ label, unit, definition })

/** Loss terms of single architectures, whose words stand beside them. */
const LOSS_METRICS = Object.fromEntries(
  LOSS_KEYS.map((key) => [key, metric(LOSS_TEXTS[key].label, 'squared units', LOSS_TEXTS[key].definition)]),
) as Record<LossKey, ReturnType<typeof metric<'squared units'>>>

const L0_QUANTILE = 'Smallest number of non-zero features that at least'

const siteFvu = (n: number) =>
  metric(`FVU, site ${n}`, 'share', `FVU over held-out tokens at site ${n} of a crosscoder, in the order of its sites.`)

/** A figure of the table that all share, over held-out tokens. */
const heldOut = <U extends string>(figure: SaeFigure, unit: U, label = SAE_FIGURES[figure].label) =>
  metric(label, unit, `${SAE_FIGURES[figure].text} Over held-out text.`)
const BOUND_UNITS: Partial<Record<SaeFigure, string>> = {
  l0: 'features',
  ceClean: 'nats',
  ceSae: 'nats',
  ceZero: 'nats',
  kl: 'nats',
}
/** Ends of the 95 % interval of a figure. */
const bound = (figure: SaeFigure, end: 'lower' | 'upper') =>
  metric(
    `${SAE_FIGURES[figure].label}, ${end} end`,
    BOUND_UNITS[figure] ?? 'share',
    `${end === 'lower' ? 'Lower' : 'Upper'} end of the 95 % interval of ${SAE_FIGURES[figure].label} over held-out documents.`,
  )
/** As figures were taken before they left BOS out; only runs of that time have it. */
const before = (label: string, unit: string) =>
  metric(`${label}, every position`, unit, `${label} with the SAE at every position, BOS too, on held-out text.`)

export const TRAINING_METRICS = {
  loss: metric(
    'Loss',
    'squared units',
    'Sum of all loss terms of the step; every term is a mean over the tokens of the batch.',
  ),
  mse: metric(
    'Reconstruction',
    'squared units',
    'Mean over the batch of ‖y − ŷ‖², summed over d_out; matryoshka: of all prefixes.',
  ),
  ...LOSS_METRICS,
  fvu: metric('FVU', 'share', 'Fraction of variance unexplained on the batch: 1 − explained variance.'),
  explained_variance: metric('Explained variance', 'share', '1 − E‖y − ŷ‖² / E‖y − E y‖² on the batch.'),
  l0: metric('L0', 'features', 'Mean number of non-zero features per token of the batch.'),
  l0_smooth: metric('L0, smoothed', 'features', 'Running mean of L0 that the controller steers by.'),
  dead: metric(SAE_FIGURES.dead.label, 'features', SAE_FIGURES.dead.text),
  resampled: metric('Resampled', 'features', 'Dead features that began again after the step.'),
  lr: metric('Learning rate', '', 'Learning rate of the step.'),
  coefficient: metric('Sparsity coefficient', '', 'L1 or L0 coefficient of the step, after warm-up and controller.'),
  grad_norm: metric('Gradient norm', '', 'L2 norm over all gradients before clipping.'),
  tokens_per_second: metric(
    'Tokens/s',
    'tokens/s',
    'Training tokens per second of wall time since the last report, harvest included.',
  ),
  harvest_tokens_per_second: metric(
    'Harvest',
    'tokens/s',
    'Tokens per second of the forward passes, or of reading the capture, since the last report.',
  ),
  step_tokens_per_second: metric(
    'Step',
    'tokens/s',
    'Tokens per second of this SAE’s optimiser steps since the last report.',
  ),
  memory_mib: metric(
    'Memory',
    'MiB',
    'Resident memory of the process that trains, model and all SAEs of the job included, at the moment of the report.',
  ),
  heldout_tokens: metric('Held-out tokens', 'tokens', `What the held-out figures are taken over. ${COUNTED_TOKENS}`),
  heldout_documents: metric('Held-out documents', 'documents', 'Documents that these tokens come from.'),
  heldout_fvu: heldOut('fvu', 'share', 'Held-out FVU'),
  heldout_fvu_low: bound('fvu', 'lower'),
  heldout_fvu_high: bound('fvu', 'upper'),
  heldout_fvu_site_1: siteFvu(1),
  heldout_fvu_site_2: siteFvu(2),
  heldout_fvu_site_3: siteFvu(3),
  heldout_fvu_site_4: siteFvu(4),
  heldout_fvu_site_5: siteFvu(5),
  heldout_fvu_site_6: siteFvu(6),
  heldout_fvu_site_7: siteFvu(7),
  heldout_fvu_site_8: siteFvu(8),
  heldout_fvu_site_9: siteFvu(9),
  heldout_fvu_site_10: siteFvu(10),
  heldout_fvu_site_11: siteFvu(11),
  heldout_fvu_site_12: siteFvu(12),
  heldout_fvu_site_13: siteFvu(13),
  heldout_fvu_site_14: siteFvu(14),
  heldout_fvu_site_15: siteFvu(15),
  heldout_fvu_site_16: siteFvu(16),
  heldout_cosine: metric('Held-out cosine', 'cosine', 'Mean over held-out tokens of cos(y, ŷ).'),
  heldout_l0: heldOut('l0', 'features', 'Held-out L0'),
  heldout_l0_low: bound('l0', 'lower'),
  heldout_l0_high: bound('l0', 'upper'),
  heldout_l0_p5: metric('L0, 5 %', 'features', `${L0_QUANTILE} 5 % of the held-out tokens do not exceed.`),
  heldout_l0_p25: metric('L0, 25 %', 'features', `${L0_QUANTILE} 25 % of the held-out tokens do not exceed.`),
  heldout_l0_p50: metric('L0, median', 'features', `${L0_QUANTILE} half of the held-out tokens do not exceed.`),
  heldout_l0_p75: metric('L0, 75 %', 'features', `${L0_QUANTILE} 75 % of the held-out tokens do not exceed.`),
  heldout_l0_p95: metric('L0, 95 %', 'features', `${L0_QUANTILE} 95 % of the held-out tokens do not exceed.`),
  heldout_l0_max: metric('L0, largest', 'features', 'Most features of any held-out token.'),
  heldout_l1: metric('Held-out L1', 'activation units', 'Mean over held-out tokens of Σ |a|.'),
  heldout_dead_share: heldOut('neverFired', 'share'),
  heldout_dense_share: metric(
    'Dense share',
    'share',
    'Share of features that fire at more than 10 % of the held-out tokens.',
  ),
  heldout_shrinkage: metric(
    'Norm ratio',
    'ratio',
    'Mean over held-out tokens of ‖ŷ‖ / ‖y‖; below 1 reconstructions are shrunk.',
  ),
  heldout_reconstruction_bias: metric(
    'Reconstruction bias',
    'ratio',
    'E‖ŷ‖² / E⟨y, ŷ⟩ of each batch of held-out tokens, mean over batches; 1 without bias, below 1 when reconstructions are too short.',
  ),
  decoder_norm_mean: metric(
    'Decoder norm, mean',
    '',
    'Mean L2 norm of the decoder’s rows during training, before folding.',
  ),
  decoder_norm_min: metric(
    'Decoder norm, least',
    '',
    'Smallest L2 norm of a decoder row during training, before folding.',
  ),
  decoder_norm_max: metric(
    'Decoder norm, largest',
    '',
    'Largest L2 norm of a decoder row during training, before folding.',
  ),
  decoder_cosine_mean: metric(
    'Closest feature, mean',
    'cosine',
    'Largest cosine of a decoder row with any other row, mean over the features looked at. Near 1 features double each other.',
  ),
  decoder_cosine_max: metric(
    'Closest pair',
    'cosine',
    'Largest cosine of a decoder row with any other row, over the features looked at.',
  ),
  decoder_cosine_features: metric(
    'Features compared',
    'features',
    'Features looked at for the cosines, each against all others: all, or a sample spread evenly over a large dictionary.',
  ),
  ce_clean: heldOut('ceClean', 'nats'),
  ce_clean_low: bound('ceClean', 'lower'),
  ce_clean_high: bound('ceClean', 'upper'),
  ce_sae: heldOut('ceSae', 'nats'),
  ce_sae_low: bound('ceSae', 'lower'),
  ce_sae_high: bound('ceSae', 'upper'),
  ce_zero: heldOut('ceZero', 'nats'),
  ce_zero_low: bound('ceZero', 'lower'),
  ce_zero_high: bound('ceZero', 'upper'),
  ce_recovered: heldOut('ceRecovered', 'share'),
  ce_recovered_low: bound('ceRecovered', 'lower'),
  ce_recovered_high: bound('ceRecovered', 'upper'),
  kl: metric(
    SAE_FIGURES.kl.label,
    'nats',
    `${SAE_FIGURES.kl.text} On the first 4,096 held-out tokens, or all if fewer.`,
  ),
  kl_low: bound('kl', 'lower'),
  kl_high: bound('kl', 'upper'),
  ce_recovered_every_position: heldOut('ceRecoveredEveryPosition', 'share'),
  ce_clean_every_position: before('CE clean', 'nats'),
  ce_sae_every_position: before('CE with SAE', 'nats'),
  ce_zero_every_position: before('CE with zeros', 'nats'),
  kl_every_position: before('KL', 'nats'),
  train_ce_recovered: metric(
    'CE recovered, trained text',
    'share',
    'CE recovered on the first 4,096 tokens of the training text, or as many as an evaluation has.',
  ),
  train_ce_recovered_every_position: before('CE recovered, trained text', 'share'),
  train_kl_every_position: before('KL, trained text', 'nats'),
  train_kl: metric(
    'KL, trained text',
    'nats',
    'KL on the first 4,096 tokens of the training text, or as many as an evaluation has.',
  ),
} as const
export type TrainingMetricKey = keyof typeof TRAINING_METRICS
export const TRAINING_METRIC_KEYS = Object.keys(TRAINING_METRICS) as TrainingMetricKey[]

/** Keys whose values say how the machine did, not what was trained: they alone differ when a run is repeated. */
export const MACHINE_METRICS = [
  'tokens_per_second',
  'harvest_tokens_per_second',
  'step_tokens_per_second',
  'memory_mib',
] as const satisfies readonly TrainingMetricKey[]

/** Metrics whose interval is stored beside them, at `<key>_low` and `<key>_high`. */
export const INTERVAL_METRICS = [
  'heldout_fvu',
  'heldout_l0',
  'ce_clean',
  'ce_sae',
  'ce_zero',
  'ce_recovered',
  'kl',
] as const satisfies readonly TrainingMetricKey[]
export type IntervalMetric = (typeof INTERVAL_METRICS)[number]

/** Metric key of the n-th site of a crosscoder, from 1 on. */
export const siteFvuKey = (n: number): string => `heldout_fvu_site_${n}`
export const SITE_FVU_KEYS = TRAINING_METRIC_KEYS.filter((key) => key.startsWith('heldout_fvu_site_'))

/** Edges of the histogram of feature densities over time, as log10 of firings per token; features that never fired come first. */
export const DENSITY_EDGES = [-6, -5.5, -5, -4.5, -4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0] as const

/** Metric key of a bin: `density_0` counts features without a firing, `density_n` those below edge n and not below edge n − 1. */
export const densityKey = (bin: number): string => `density_${bin}`
export const DENSITY_KEYS: readonly string[] = Array.from({ length: DENSITY_EDGES.length + 1 }, (_, bin) =>
  densityKey(bin),
)

/** What the `density_n` series mean. */
export const DENSITY_DEFINITION =
  'Features by the share of held-out tokens at which they fire. Bin 0 never fired; bin n has log10(share) below edge n of DENSITY_EDGES, the first also all below it, the last all the rest.'
