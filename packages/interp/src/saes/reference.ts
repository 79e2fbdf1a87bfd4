// Encoding and decoding of every architecture in plain loops, summed in double precision: the reference for the ONNX encoders, and the
// encoder itself where a graph would not help (matching pursuit, temporal).
import {
  type Activation,
  type AffineSae,
  type PursuitSae,
  type SaeModel,
  undoesNormalisation,
} from './architectures/architecture.js'
import { encodeTemporal } from './temporal.js'
import { affine, dot, type Floats } from './training/math/linear.js'
import { type Normalised, normaliseTokens, unnormalise } from './training/math/normalise.js'
import { largestPerRow } from './training/math/selection.js'
import { pursue } from './training/pursuit.js'

/** Dense encoding of tokens. Arrays are [tokens, d_sae]. */
export interface Encoding {
  /** Pre-activations before rescaling by decoder norms; zeros for matching pursuit. */
  readonly hiddenPre: Float64Array
  readonly acts: Float64Array
  /** What un-normalises the reconstruction; null when nothing does. */
  readonly undo: Normalised | null
  /** Activations predicted from earlier tokens (temporal SAEs); null for all others. */
  readonly predicted: Float64Array | null
}

/** Encodes x [tokens, d_in], contexts of `seq` tokens one after another. */
export function encodeReference(model: SaeModel, x: Floats, tokens: number, seq: number): Encoding {
  switch (model.kind) {
    case 'affine':
      return encodeAffine(model, x, tokens)
    case 'pursuit':
      return encodePursuit(model, x, tokens)
    case 'temporal': {
      const { normalised, ...encoding } = encodeTemporal(model, x, tokens, seq)
      return { ...encoding, undo: undoesNormalisation(model) ? normalised : null }
    }
  }
}

/** Reconstruction [tokens, d_out] of activations [tokens, d_sae]; without skip connection and prediction. */
export function decodeReference(model: SaeModel, acts: Floats, undo: Normalised | null, tokens: number): Float64Array {
  const out = affine(acts, model.decoderRows, model.bDec, tokens, model.dOut)
  const unscaled = model.kind === 'temporal' ? out.map((value) => value / model.factor) : out
  return undo ? unnormalise(unscaled, undo, tokens) : unscaled
}

/** What the whole SAE makes of x: {@link decodeReference}, plus prediction or skip connection. */
export function forwardReference(model: SaeModel, x: Floats, tokens: number, seq: number): Float64Array {
  const { acts, undo, predicted } = encodeReference(model, x, tokens, seq)
  const all = predicted ? acts.map((value, at) => value + predicted[at]!) : acts
  const out = decodeReference(model, all, undo, tokens)
  const skip = model.kind === 'affine' ? model.wSkip : null
  if (skip) addSkip(out, x, skip, tokens)
  return out
}

/** out [tokens, d_out] += x [tokens, d_in] · Wᵀ, W [d_out, d_in]. */
export function addSkip(out: Floats, x: Floats, wSkip: Floats, tokens: number): void {
  const [dIn, dOut] = [x.length / tokens, out.length / tokens]
  for (let t = 0; t < tokens; t++) {
    const row = x.subarray(t * dIn, (t + 1) * dIn)
    for (let o = 0; o < dOut; o++) out[t * dOut + o]! += dot(row, wSkip.subarray(o * dIn, (o + 1) * dIn))
  }
}

/** x − bias for every token, or a copy. */
function withoutBias(x: Floats, bias: Floats | null): Float64Array {
  return Float64Array.from(x, (value, at) => value - (bias ? bias[at % bias.length]! : 0))
}

function encodeAffine(model: AffineSae, x: Floats, tokens: number): Encoding {
  const normalised = normaliseTokens(model.normalisation, x, tokens)
  const dSae = model.bEnc.length
  const product = affine(withoutBias(normalised.z, model.inputBias), model.wEnc, model.bEnc, tokens, dSae)
  const { activation: kind, preScale } = model
  const hiddenPre =
    kind.kind === 'gated' ? product.map((value, at) => value * kind.scale[at % dSae]! + kind.bias[at % dSae]!) : product
  const scaled = preScale ? hiddenPre.map((value, at) => value * preScale[at % dSae]!) : hiddenPre
  const undo = undoesNormalisation(model) ? normalised : null
  return { hiddenPre, acts: activate(kind, scaled, product, tokens), undo, predicted: null }
}

function activate(kind: Activation, pre: Float64Array, product: Float64Array, tokens: number): Float64Array {
  const dSae = pre.length / tokens
  switch (kind.kind) {
    case 'relu':
      return pre.map((value) => Math.max(0, value))
    case 'jumprelu':
      return pre.map((value, at) => (value > kind.threshold[at % dSae]! ? Math.max(0, value) : 0))
    case 'gated':
      return pre.map((value, at) => (product[at]! + kind.gateBias[at % dSae]! > 0 ? Math.max(0, value) : 0))
    case 'topk': {
      const keep = largestPerRow(kind.signed ? pre.map(Math.abs) : pre, tokens, kind.k)
      return pre.map((value, at) => (keep[at] && (kind.signed || value > 0) ? value : 0))
    }
  }
}

function encodePursuit(model: PursuitSae, x: Floats, tokens: number): Encoding {
  const { decoderRows, dOut: d } = model
  const dSae = decoderRows.length / d
  const normalised = normaliseTokens(model.normalisation, x, tokens)
  const h = withoutBias(normalised.z, model.inputBias)
  const acts = new Float64Array(tokens * dSae)
  for (let t = 0; t < tokens; t++) {
    const { chosen, steps } = pursue(h.subarray(t * d, (t + 1) * d), decoderRows, model.options)
    for (const [n, j] of chosen.entries()) acts[t * dSae + j]! += steps[n]!
  }
  const undo = undoesNormalisation(model) ? normalised : null
  return { hiddenPre: new Float64Array(acts.length), acts, undo, predicted: null }
}
