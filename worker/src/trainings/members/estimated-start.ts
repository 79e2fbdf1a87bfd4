// What is estimated on a sample of activations before the first step: the scaler of whole batches and the start of b_dec. And the way
// back: the scaler folded into the SAE that is saved, so that it takes raw activations.
import { AppError, isCrosscoder, isTranscoder, type TrainingParams } from '@mistudio/contracts'
import {
  type ExportedSae,
  expectedAverageScaler,
  exportForInference,
  foldScaler,
  geometricMedian,
  meanOf,
  normaliseTokens,
  type Scaler,
  scaled,
  siteScaler,
  type TrainableSae,
  type TrainStepState,
  whiteningScaler,
} from '@mistudio/interp/saes'

export interface EstimatedStart {
  /** Applied to every batch; null where none is. */
  readonly scaler: Scaler | null
  /** Start of b_dec [d_out], in the units the SAE sees; null for zeros. */
  readonly bDec: Float64Array | null
}

const scales = ({ normalizeActivations: kind }: TrainingParams): boolean =>
  kind === 'expected_average_only_in' || kind === 'covariance_whitening'

/** Whether the first step needs a sample at all. */
export const needsSample = (params: TrainingParams): boolean => scales(params) || params.bDecInit !== 'zeros'

/**
 * Estimates on x [tokens, d_in] and target [tokens, d_out].
 * @throws AppError `training_invalid` for a scaler where input and output differ: it could not be folded into the weights.
 */
export function estimateStart(
  params: TrainingParams,
  x: Float32Array,
  target: Float32Array,
  sae: TrainableSae,
): EstimatedStart {
  const { d_in: dIn, d_out: dOut = dIn } = sae.cfg
  if (isCrosscoder(params) && !['none', 'expected_average_only_in'].includes(params.normalizeActivations)) {
    const message = `Crosscoders cannot be trained with ${params.normalizeActivations}. Choose none or expected_average_only_in.`
    throw new AppError('training_invalid', message, { field: 'normalizeActivations' })
  }
  if (scales(params) && (isTranscoder(params) || params.skipConnection)) {
    const message = `Transcoders and skip connections cannot be trained with ${params.normalizeActivations}. Choose none or layer_norm.`
    throw new AppError('training_invalid', message, { field: 'normalizeActivations' })
  }
  const scaler = scalerOf(params, x, sae)
  if (params.bDecInit === 'zeros') return { scaler, bDec: null }
  const seen =
    isTranscoder(params) || params.skipConnection
      ? target
      : normaliseTokens(sae.cfg.normalize_activations, scaler ? scaled(scaler, target) : target, target.length / dOut).z
  return { scaler, bDec: params.bDecInit === 'mean' ? meanOf(seen, dOut) : geometricMedian(seen, dOut) }
}

function scalerOf(
  { normalizeActivations: kind }: TrainingParams,
  x: Float32Array,
  { cfg }: TrainableSae,
): Scaler | null {
  const { d_in: dIn, site_widths: siteWidths } = cfg
  if (kind === 'expected_average_only_in') {
    return siteWidths ? siteScaler(x, siteWidths) : expectedAverageScaler(x, dIn)
  }
  return kind === 'covariance_whitening' ? whiteningScaler(x, dIn) : null
}

/** The SAE as it is saved and evaluated. `metadata` goes into its cfg.json. */
export function exportTrained(
  { cfg }: TrainableSae,
  { parameters, topkThreshold }: Pick<TrainStepState, 'parameters' | 'topkThreshold'>,
  scaler: Scaler | null,
  metadata: Record<string, unknown>,
): ExportedSae {
  if (!scaler) return exportForInference({ ...cfg, metadata }, parameters, topkThreshold)
  const tensors = Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.slice()]))
  const { thresholdFactor, rescale } = foldScaler(scaler, tensors, {
    architecture: cfg.architecture,
    dIn: cfg.d_in,
    dSae: cfg.d_sae,
    applyBDec: cfg.apply_b_dec_to_input,
    rescale: cfg['rescale_acts_by_decoder_norm'] === true,
    ...(cfg.site_widths ? { siteWidths: cfg.site_widths } : {}),
  })
  const residual = cfg['residual_threshold']
  const folded = {
    ...cfg,
    metadata,
    normalize_activations: 'none',
    ...('rescale_acts_by_decoder_norm' in cfg ? { rescale_acts_by_decoder_norm: rescale } : {}),
    ...(typeof residual === 'number' ? { residual_threshold: residual * thresholdFactor } : {}),
  }
  return exportForInference(folded, tensors, topkThreshold * thresholdFactor)
}
