// Folding into the weights: of decoder norms (`fold_W_dec_norm`), and of the trainer's normalisation of batches, so that the saved
// SAE takes raw activations. In place; tensors by SAELens's names.
import { kindOf } from '../../architectures/table.js'
import { SaeError } from '../../errors.js'
import { affine, type Floats, squareSum } from '../math/linear.js'
import { decoderNorms } from '../pieces.js'
import type { Scaler } from '../scaler.js'

export type SaeTensors = Record<string, Floats>

const tensor = (tensors: SaeTensors, name: string): Floats => {
  const found = tensors[name]
  if (!found) throw new SaeError('sae_invalid', `The SAE has no tensor ${name}.`)
  return found
}

/** L2 norms of the rows of a matrix with `rows` rows. */
export function rowNormsOf(matrix: Floats, rows: number): Float64Array {
  const width = matrix.length / rows
  return Float64Array.from({ length: rows }, (_, j) =>
    Math.sqrt(squareSum(matrix.subarray(j * width, (j + 1) * width))),
  )
}

/**
 * Why the decoder norms of an SAE cannot be folded, or null: a selection of the k largest depends on the norms unless they are part of
 * it already, and what encodes with the decoder's rows would change.
 */
export function foldRefusal(cfg: Readonly<Record<string, unknown>>): string | null {
  const architecture = String(cfg['architecture'])
  const kind = kindOf(architecture)
  if (kind?.decoderEncodes) {
    return `A ${architecture} SAE encodes with its decoder rows, so their norms cannot be folded.`
  }
  return kind?.selects && cfg['rescale_acts_by_decoder_norm'] !== true
    ? `Folding the decoder norms of a ${architecture} SAE without rescale_acts_by_decoder_norm would change which features are the k largest.`
    : null
}

/**
 * Makes every decoder row a unit vector and its feature as much stronger: W_enc, b_enc, thresholds, b_gate and b_mag times n (r_mag
 * not), W_dec divided by n. A row of zeros stays one.
 */
export function foldDecoderNorms(tensors: SaeTensors, dSae: number): void {
  const norms = rowNormsOf(tensor(tensors, 'W_dec'), dSae).map((norm) => Math.max(norm, SMALLEST_NORM))
  scaleFeatures(tensors, norms, ['b_enc', 'threshold', 'b_gate', 'b_mag'])
}

/** Rows are taken to be at least this long (SAELens `get_W_dec_norm`), so that features without a direction keep firing where they did. */
const SMALLEST_NORM = 1e-8

/** What `save_inference_model` does with rescale_acts_by_decoder_norm: as {@link foldDecoderNorms}, for W_enc and b_enc. */
export function foldRescaling(tensors: SaeTensors, dSae: number): void {
  scaleFeatures(tensors, rowNormsOf(tensor(tensors, 'W_dec'), dSae), ['b_enc'])
}

function scaleFeatures(tensors: SaeTensors, norms: Float64Array, biases: readonly string[]): void {
  const dSae = norms.length
  const wDec = tensor(tensors, 'W_dec')
  const width = wDec.length / dSae
  for (let at = 0; at < wDec.length; at++) {
    const norm = norms[Math.floor(at / width)]!
    if (norm > 0) wDec[at]! /= norm
  }
  for (const name of ['W_enc', ...biases]) {
    const values = tensors[name]
    if (values) for (let at = 0; at < values.length; at++) values[at]! *= norms[at % dSae]!
  }
}

export interface FoldOptions {
  readonly architecture: string
  readonly dIn: number
  readonly dSae: number
  readonly applyBDec: boolean
  /** rescale_acts_by_decoder_norm. */
  readonly rescale: boolean
  /** Of a crosscoder. */
  readonly siteWidths?: readonly number[]
}

/** What else changes when a normalisation is folded. */
export interface Folded {
  /** Factor of topk_threshold and of matching pursuit's residual_threshold. */
  readonly thresholdFactor: number
  readonly rescale: boolean
}

/**
 * Folds the trainer's scaler into the weights.
 * @throws SaeError `sae_unsupported` for whitening of a matching-pursuit SAE, which has no encoder to fold it into.
 */
export function foldScaler(scaler: Scaler, tensors: SaeTensors, options: FoldOptions): Folded {
  if (scaler.kind === 'scale') return foldScale(scaler.scale, tensors, options)
  if (scaler.kind === 'sites') return foldSites(scaler.scales, tensors, options)
  return foldWhitening(scaler, tensors, options)
}

/** Decoder norms are folded first where activations depend on them: a factor per site changes them unequally. */
function foldSites(scales: Float64Array, tensors: SaeTensors, { dIn, dSae, rescale, siteWidths }: FoldOptions): Folded {
  const [wEnc, wDec, bDec] = ['W_enc', 'W_dec', 'b_dec'].map((name) => tensor(tensors, name)) as [
    Floats,
    Floats,
    Floats,
  ]
  if (rescale) {
    const norms = decoderNorms({ dSae, dOut: dIn, siteWidths: siteWidths ?? [dIn] }, wDec)
    scaleFeatures(tensors, norms, ['b_enc'])
  }
  for (let at = 0; at < wEnc.length; at++) wEnc[at]! *= scales[Math.floor(at / dSae)]!
  for (let at = 0; at < wDec.length; at++) wDec[at]! /= scales[at % dIn]!
  for (let i = 0; i < dIn; i++) bDec[i]! /= scales[i]!
  return { thresholdFactor: 1, rescale: false }
}

function foldScale(scale: number, tensors: SaeTensors, { architecture, rescale }: FoldOptions): Folded {
  const multiply = (name: string, factor: number) => {
    const values = tensors[name]
    if (values) for (let at = 0; at < values.length; at++) values[at]! *= factor
  }
  const tied = kindOf(architecture)?.decoderEncodes === 'alone'
  // Rows that encode and decode see both factors, which cancel: the input is longer, and so is every step taken from it.
  if (!tied) {
    multiply('W_enc', scale)
    multiply('W_dec', 1 / scale)
  }
  multiply('b_dec', 1 / scale)
  return { thresholdFactor: rescale || tied ? 1 / scale : 1, rescale }
}

function foldWhitening(
  { mean, matrix, inverse }: Extract<Scaler, { kind: 'whitening' }>,
  tensors: SaeTensors,
  options: FoldOptions,
): Folded {
  const { architecture, dIn, dSae, applyBDec, rescale } = options
  if (kindOf(architecture)?.decoderEncodes) {
    throw new SaeError('sae_unsupported', `covariance_whitening cannot be folded into a ${architecture} SAE.`)
  }
  if (rescale) foldRescaling(tensors, dSae)
  const wEnc = tensor(tensors, 'W_enc')
  wEnc.set(affine(matrix, wEnc, null, dIn, dSae))
  if (!applyBDec) shiftBiases(tensors, affine(mean, wEnc, null, 1, dSae))
  const wDec = tensor(tensors, 'W_dec')
  wDec.set(affine(wDec, inverse, null, dSae, dIn))
  const bDec = tensor(tensors, 'b_dec')
  bDec.set(affine(bDec, inverse, mean, 1, dIn))
  return { thresholdFactor: 1, rescale: false }
}

/** Takes mean · W_enc from the biases of the encoder; where b_dec is subtracted from the input it carries the mean already. */
function shiftBiases(tensors: SaeTensors, shift: Float64Array): void {
  for (const name of ['b_enc', 'b_gate', 'b_mag']) {
    const bias = tensors[name]
    const magnitude = name === 'b_mag' ? tensors['r_mag'] : undefined
    if (bias) for (let j = 0; j < bias.length; j++) bias[j]! -= shift[j]! * (magnitude ? Math.exp(magnitude[j]!) : 1)
  }
}
