// What decoder directions say without any text: their nearest neighbours and their direct effect on the output.
import type { Runtime } from '@mistudio/onnx'
import { FeatureDataError } from './errors.js'
import { type Extremes, extremeProducts, type ProductOptions, type RowHistograms } from './products.js'

/** W_dec of an SAE: [d_sae, d_in], row f is the direction of feature f. */
export interface DecoderRows {
  readonly wDec: Float32Array
  readonly dSae: number
  readonly dIn: number
}

/**
 * The `count` features nearest to every feature by cosine of decoder rows, over all of d_sae, the feature itself left
 * out; at most d_sae - 1. Rows of norm zero have cosine 0 with everything.
 */
export async function nearestFeatures(
  runtime: Runtime,
  decoder: DecoderRows,
  count: number,
  options: ProductOptions = {},
): Promise<Extremes> {
  checkDecoder(decoder)
  const { dSae, dIn } = decoder
  const wanted = Math.min(count, dSae - 1)
  if (wanted < 1) return { count: 0, values: new Float32Array(0), indices: new Int32Array(0) }
  const unit = unitRows(decoder)
  const request = { a: unit, b: unit, bIs: 'rows' as const, d: dIn, count: wanted + 1, smallest: false, options }
  const { largest } = await extremeProducts(runtime, request)
  const values = new Float32Array(dSae * wanted)
  const indices = new Int32Array(dSae * wanted)
  for (let feature = 0; feature < dSae; feature++) {
    let kept = 0
    // The feature itself may be missing (norm zero, or copies of it come first): then the last candidate falls away
    // instead.
    for (let i = feature * (wanted + 1); kept < wanted; i++) {
      if (largest.indices[i] === feature) continue
      values[feature * wanted + kept] = largest.values[i]!
      indices[feature * wanted + kept] = largest.indices[i]!
      kept++
    }
  }
  return { count: wanted, values, indices }
}

/** Bins of the histogram of a feature's effects on all tokens. */
const LOGIT_BINS = 50

/**
 * Direct logit attribution: the `count` tokens whose logits every feature raises and lowers most, W_dec[f] · W_U, times
 * `scale`: what the final norm multiplies by on average, or 1 where that is not known and values are known up to it.
 * `histograms` count all tokens of the vocabulary by that effect. Before a cap of the logits. Only meaningful for sites that write to the residual stream.
 * @param unembedding W_U as [d_in, vocab] with the final norm's weight and centring folded in.
 */
export async function directLogits(
  runtime: Runtime,
  decoder: DecoderRows,
  unembedding: Float32Array,
  { count, scale = 1 }: { readonly count: number; readonly scale?: number },
  options: ProductOptions = {},
): Promise<{ positive: Extremes; negative: Extremes; histograms: RowHistograms }> {
  checkDecoder(decoder)
  const vocab = unembedding.length / decoder.dIn
  if (!Number.isInteger(vocab) || vocab === 0) {
    throw new FeatureDataError(
      `an unembedding of ${unembedding.length} values does not have the SAE's width ${decoder.dIn}`,
    )
  }
  const { largest, smallest, histograms } = await extremeProducts(runtime, {
    a: decoder.wDec,
    b: unembedding,
    bIs: 'matrix',
    d: decoder.dIn,
    count: Math.min(count, vocab),
    smallest: true,
    bins: LOGIT_BINS,
    options,
  })
  const { low, high, ...counted } = histograms!
  return {
    positive: times(largest, scale),
    negative: times(smallest!, scale),
    histograms: { ...counted, low: low.map((value) => value * scale), high: high.map((value) => value * scale) },
  }
}

/** A positive factor keeps the order. */
const times = (extremes: Extremes, scale: number): Extremes =>
  scale === 1 ? extremes : { ...extremes, values: extremes.values.map((value) => value * scale) }

function checkDecoder({ wDec, dSae, dIn }: DecoderRows): void {
  if (wDec.length !== dSae * dIn) throw new FeatureDataError(`W_dec has ${wDec.length} values, not ${dSae} × ${dIn}`)
}

function unitRows({ wDec, dSae, dIn }: DecoderRows): Float32Array {
  const unit = new Float32Array(wDec.length)
  for (let feature = 0; feature < dSae; feature++) {
    const base = feature * dIn
    let square = 0
    for (let i = base; i < base + dIn; i++) square += wDec[i]! * wDec[i]!
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0
    for (let i = base; i < base + dIn; i++) unit[i] = wDec[i]! * scale
  }
  return unit
}
