// Pieces that the architectures share: sizes, encoder input, encoder and decoder with their gradients, decoder norms, squared error.
import type { Gradients, Parameters, TrainingBatch } from './architecture.js'
import { isTranscoderCfg, type TrainingCfg } from './cfg.js'
import { addColumnSums, addOuter, affine, dot, type Floats, squareSum } from './math/linear.js'
import { type Normalised, normaliseTokens, unnormalise } from './math/normalise.js'

/** Sizes and options of every architecture. */
export interface Layout {
  readonly dIn: number
  readonly dOut: number
  readonly dSae: number
  readonly applyBDec: boolean
  readonly skip: boolean
  /** A transcoder's reconstruction is not un-normalised. */
  readonly transcoder: boolean
  readonly normalisation: TrainingCfg['normalize_activations']
  /** Widths of the blocks of a decoder row whose norms are added; one block but for crosscoders. */
  readonly siteWidths: readonly number[]
}

export function layoutOf(cfg: TrainingCfg): Layout {
  const dOut = cfg.d_out ?? cfg.d_in
  return {
    dIn: cfg.d_in,
    dOut,
    dSae: cfg.d_sae,
    applyBDec: cfg.apply_b_dec_to_input,
    skip: cfg.skip_connection,
    transcoder: isTranscoderCfg(cfg),
    normalisation: cfg.normalize_activations,
    siteWidths: cfg.site_widths ?? [dOut],
  }
}

/** Shapes of b_dec, W_dec, W_enc and, with a skip connection, W_skip. */
export function matrixShapes({ dIn, dOut, dSae, skip }: Layout): Record<string, readonly number[]> {
  return { b_dec: [dOut], W_dec: [dSae, dOut], W_enc: [dIn, dSae], ...(skip ? { W_skip: [dOut, dIn] } : {}) }
}

/** A parameter by name. @throws Error when the caller left it out. */
export function parameter(parameters: Parameters, name: string): Floats {
  const found = parameters[name]
  if (!found) throw new Error(`The parameters have no ${name}.`)
  return found
}

/** Gradients of zeros, one per parameter. */
export function zeroGradients(shapes: Readonly<Record<string, readonly number[]>>): Gradients {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, new Float64Array(shape.reduce((n, size) => n * size, 1))]),
  )
}

export const gradient = (gradients: Gradients, name: string): Float64Array => {
  const found = gradients[name]
  if (!found) throw new Error(`There is no gradient of ${name}.`)
  return found
}

/** What the encoder multiplies: normalised activations, minus b_dec where that applies. */
export interface EncoderInput extends Normalised {
  readonly h: Float64Array
}

export function encoderInput(layout: Layout, parameters: Parameters, batch: TrainingBatch): EncoderInput {
  const normalised = normaliseTokens(layout.normalisation, batch.x, batch.tokens)
  return { ...normalised, h: withoutBias(layout, parameters, normalised.z, batch.tokens) }
}

/** x − b_dec where apply_b_dec_to_input asks for it, else x. */
export function withoutBias(layout: Layout, parameters: Parameters, x: Floats, tokens: number): Float64Array {
  const h = Float64Array.from(x)
  if (!layout.applyBDec) return h
  const bias = parameter(parameters, 'b_dec')
  for (let t = 0; t < tokens; t++) for (let i = 0; i < layout.dIn; i++) h[t * layout.dIn + i]! -= bias[i]!
  return h
}

/** h · W_enc + bias, [tokens, d_sae]. */
export const encode = (layout: Layout, parameters: Parameters, h: Floats, bias: Floats | null, tokens: number) =>
  affine(h, parameter(parameters, 'W_enc'), bias, tokens, layout.dSae)

/** Adds the gradients of h · W_enc, given those of the product: of W_enc, and of b_dec through h. */
export function addEncoderGradients(
  layout: Layout,
  parameters: Parameters,
  gradients: Gradients,
  h: Floats,
  dProduct: Floats,
  tokens: number,
): void {
  addOuter(gradient(gradients, 'W_enc'), h, dProduct, tokens)
  if (!layout.applyBDec) return
  // Every token subtracts the same b_dec, so only the sum over tokens matters.
  const sums = new Float64Array(layout.dSae)
  addColumnSums(sums, dProduct, tokens)
  const wEnc = parameter(parameters, 'W_enc')
  const bias = gradient(gradients, 'b_dec')
  for (let i = 0; i < layout.dIn; i++) bias[i]! -= dot(wEnc.subarray(i * layout.dSae, (i + 1) * layout.dSae), sums)
}

/** code · W_dec + b_dec (+ x · W_skipᵀ), before un-normalising. */
export function decode(layout: Layout, parameters: Parameters, code: Floats, batch: TrainingBatch): Float64Array {
  const { dIn, dOut } = layout
  const out = affine(code, parameter(parameters, 'W_dec'), parameter(parameters, 'b_dec'), batch.tokens, dOut)
  if (!layout.skip) return out
  const skip = parameter(parameters, 'W_skip')
  for (let t = 0; t < batch.tokens; t++) {
    const x = batch.x.subarray(t * dIn, (t + 1) * dIn)
    for (let o = 0; o < dOut; o++) out[t * dOut + o]! += dot(x, skip.subarray(o * dIn, (o + 1) * dIn))
  }
  return out
}

/** Adds the gradients of the decoder's parameters, given that of its output. */
export function addDecoderGradients(
  layout: Layout,
  gradients: Gradients,
  code: Floats,
  dOut: Floats,
  batch: TrainingBatch,
): void {
  addOuter(gradient(gradients, 'W_dec'), code, dOut, batch.tokens)
  addColumnSums(gradient(gradients, 'b_dec'), dOut, batch.tokens)
  if (layout.skip) addOuter(gradient(gradients, 'W_skip'), dOut, batch.x, batch.tokens)
}

/** A squared error as a loss: its mean over tokens, and its gradient by the reconstruction before un-normalising. */
export interface SquaredError {
  readonly out: Float64Array
  readonly error: Float64Array
  readonly loss: number
  readonly dDecoded: Float64Array
}

/** E ‖out − target‖² of a decoded reconstruction; `scale` of run-time normalisation is undone first, except for transcoders. */
export function squaredError(
  layout: Layout,
  decoded: Float64Array,
  batch: TrainingBatch,
  normalised: Normalised | null,
): SquaredError {
  const { dOut } = layout
  const back = layout.transcoder || layout.normalisation === 'none' ? null : normalised
  const out = back ? unnormalise(decoded, back, batch.tokens) : decoded
  const error = out.map((value, i) => value - batch.target[i]!)
  const dDecoded = error.map((value, i) => (2 / batch.tokens) * value * (back ? back.scale[Math.floor(i / dOut)]! : 1))
  return { out, error, loss: squareSum(error) / batch.tokens, dDecoded }
}

/** Norm of each feature's decoder row, [d_sae]; the sum over sites of the norms for crosscoders. */
export function decoderNorms(
  { dSae, dOut, siteWidths }: Pick<Layout, 'dSae' | 'dOut' | 'siteWidths'>,
  wDec: Floats,
): Float64Array {
  const norms = new Float64Array(dSae)
  for (let j = 0; j < dSae; j++) {
    let at = j * dOut
    for (const width of siteWidths) {
      norms[j]! += Math.sqrt(squareSum(wDec.subarray(at, at + width)))
      at += width
    }
  }
  return norms
}

/** Adds to the gradient of W_dec what comes through the decoder norms, given their gradient [d_sae]. */
export function addNormGradients(layout: Layout, parameters: Parameters, gradients: Gradients, dNorms: Floats): void {
  const wDec = parameter(parameters, 'W_dec')
  const into = gradient(gradients, 'W_dec')
  for (let j = 0; j < layout.dSae; j++) {
    let at = j * layout.dOut
    for (const width of layout.siteWidths) {
      const norm = Math.sqrt(squareSum(wDec.subarray(at, at + width)))
      for (const end = at + width; at < end; at++) if (norm > 0) into[at]! += (dNorms[j]! * wDec[at]!) / norm
    }
  }
}
