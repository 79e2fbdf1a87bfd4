// Figures of steps and evaluations under their metric keys (TRAINING_METRICS has the definitions). Pure.
import { DENSITY_EDGES, densityKey, type IntervalMetric, type MetricValues, siteFvuKey } from '@mistudio/contracts'
import { decoderCosines, type Estimate, type EvaluationFigures, type TrainStepMetrics } from '@mistudio/interp/saes'

/** null for what is not a finite number: a gap in a chart, never a zero. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Metric keys of loss terms that have another name there; those of single architectures are stored under their own. */
const LOSS_KEYS: Readonly<Record<string, string>> = {
  mse_loss: 'mse',
  auxiliary_reconstruction_loss: 'aux',
  ghost_grad_loss: 'ghost_loss',
}

/** One step; only the terms and coefficients that the architecture has. */
export function stepFigures(metrics: TrainStepMetrics): MetricValues {
  const losses = Object.entries(metrics.losses).map(([name, value]) => [LOSS_KEYS[name] ?? name, finite(value)])
  const [coefficient] = Object.values(metrics.coefficients)
  return {
    loss: finite(metrics.loss),
    ...Object.fromEntries(losses),
    fvu: finite(1 - metrics.explainedVariance),
    explained_variance: finite(metrics.explainedVariance),
    l0: finite(metrics.l0),
    dead: metrics.dead,
    lr: metrics.learningRate,
    grad_norm: finite(metrics.gradNorm),
    ...(coefficient === undefined ? {} : { coefficient: finite(coefficient) }),
  }
}

/** A figure and the ends of its interval. */
const withInterval = (key: IntervalMetric, { value, low, high }: Estimate): MetricValues => ({
  [key]: finite(value),
  [`${key}_low`]: low,
  [`${key}_high`]: high,
})

/** @param documents Documents that the held-out tokens come from. */
export const heldOutFigures = (figures: EvaluationFigures, documents: number): MetricValues => ({
  heldout_tokens: figures.tokens,
  heldout_documents: documents,
  ...withInterval('heldout_fvu', figures.estimates.fvu),
  heldout_cosine: finite(figures.cosine),
  ...withInterval('heldout_l0', figures.estimates.l0),
  heldout_l0_p5: figures.l0Quantiles.p5,
  heldout_l0_p25: figures.l0Quantiles.p25,
  heldout_l0_p50: figures.l0Quantiles.p50,
  heldout_l0_p75: figures.l0Quantiles.p75,
  heldout_l0_p95: figures.l0Quantiles.p95,
  heldout_l0_max: figures.l0Quantiles.max,
  heldout_l1: finite(figures.l1),
  heldout_dead_share: finite(figures.deadShare),
  heldout_dense_share: finite(figures.denseShare),
  heldout_shrinkage: finite(figures.normRatio),
  heldout_reconstruction_bias: finite(figures.reconstructionBias),
  ...withInterval('ce_clean', figures.estimates.ceClean),
  ...withInterval('ce_sae', figures.estimates.ceSae),
  ...withInterval('ce_zero', figures.estimates.ceZero),
  ...withInterval('ce_recovered', figures.estimates.ceRecovered),
  ce_recovered_every_position: finite(figures.estimates.everyPosition.ceRecovered.value),
  ...withInterval('kl', figures.estimates.kl),
  ...Object.fromEntries(figures.siteFvu.map((fvu, n) => [siteFvuKey(n + 1), finite(fvu)])),
  ...densityFigures(figures.density),
})

export const trainedTextFigures = ({ estimates }: EvaluationFigures): MetricValues => ({
  train_ce_recovered: finite(estimates.ceRecovered.value),
  train_kl: finite(estimates.kl.value),
})

/** Features per bin of density: `density_0` never fired, the others by log10 of their share of tokens. */
function densityFigures(density: ArrayLike<number>): MetricValues {
  const bins = new Array<number>(DENSITY_EDGES.length + 1).fill(0)
  for (let j = 0; j < density.length; j++) {
    const share = density[j]!
    const edge = DENSITY_EDGES.findIndex((upper) => Math.log10(share) < upper)
    const bin = share === 0 ? 0 : 1 + (edge < 0 ? DENSITY_EDGES.length - 1 : edge)
    bins[bin]!++
  }
  return Object.fromEntries(bins.map((count, bin) => [densityKey(bin), count]))
}

/** L2 norms of the rows of W_dec [d_sae, d_out], and their largest cosines with one another. */
export function decoderFigures(wDec: Float32Array, dSae: number): MetricValues {
  const width = wDec.length / dSae
  let [sum, least, largest] = [0, Number.POSITIVE_INFINITY, 0]
  for (let j = 0; j < dSae; j++) {
    let square = 0
    for (let i = j * width; i < (j + 1) * width; i++) square += wDec[i]! * wDec[i]!
    const norm = Math.sqrt(square)
    sum += norm
    least = Math.min(least, norm)
    largest = Math.max(largest, norm)
  }
  const cosines = decoderCosines(wDec, dSae)
  return {
    decoder_norm_mean: finite(sum / dSae),
    decoder_norm_min: finite(least),
    decoder_norm_max: finite(largest),
    decoder_cosine_mean: finite(cosines.mean),
    decoder_cosine_max: finite(cosines.max),
    decoder_cosine_features: cosines.features,
  }
}
