// The forward pass of temporal SAEs: attention over the codes of earlier tokens predicts part of each activation; what it leaves is
// encoded sparsely.
import type { Projection, TemporalLayer, TemporalSae } from './architectures/architecture.js'
import { affine, dot, type Floats, squareSum } from './training/math/linear.js'
import { normaliseTokens } from './training/math/normalise.js'
import { largestPerRow } from './training/math/selection.js'

const EPS = 1e-6

/** x [tokens, d_in] in contexts of `seq` tokens → all [tokens, d_sae]. */
export function encodeTemporal(model: TemporalSae, x: Floats, tokens: number, seq: number) {
  const { dOut: d, factor } = model
  const normalised = normaliseTokens(model.normalisation, x, tokens)
  const dSae = model.decoderRows.length / d
  const bias = model.inputBias
  const residual = normalised.z.map((value, at) => value * factor - (bias ? bias[at % d]! : 0))
  const predicted = new Float64Array(tokens * dSae)
  const lambda = 1 / (4 * d)
  const codes = () => affine(residual, model.wEnc, null, tokens, dSae).map((value) => lambda * value)
  for (const layer of model.layers) {
    const z = codes().map((value) => Math.max(0, value))
    const p = attendAll(layer, model.heads, z, tokens, seq)
    const direction = affine(p, model.decoderRows, null, tokens, d)
    for (let t = 0; t < tokens; t++) {
      const along = direction.subarray(t * d, (t + 1) * d)
      const rest = residual.subarray(t * d, (t + 1) * d)
      const scale = dot(along, rest) / (Math.sqrt(squareSum(along)) + EPS) ** 2
      for (let i = 0; i < d; i++) rest[i]! -= scale * along[i]!
      for (let j = 0; j < dSae; j++) predicted[t * dSae + j]! += scale * p[t * dSae + j]!
    }
  }
  const hiddenPre = codes()
  const keep = model.k === null ? null : largestPerRow(hiddenPre, tokens, model.k)
  const acts = hiddenPre.map((value, at) => (value > 0 && (!keep || keep[at]) ? value : 0))
  return { hiddenPre, acts, predicted, normalised }
}

/** Attention of every context by itself, projected and rectified. */
function attendAll(layer: TemporalLayer, heads: number, z: Float64Array, tokens: number, seq: number): Float64Array {
  const dSae = z.length / tokens
  const out = new Float64Array(z.length)
  for (let first = 0; first < tokens; first += seq) {
    const own = z.subarray(first * dSae, (first + seq) * dSae)
    // The context is z one token later: a token never sees its own code.
    const context = new Float64Array(own.length)
    context.set(own.subarray(0, own.length - dSae), dSae)
    const mixed = attend(
      project(layer.query, own, seq),
      project(layer.key, context, seq),
      project(layer.value, context, seq),
      heads,
      seq,
    )
    out.set(
      project(layer.output, mixed, seq).map((value) => Math.max(0, value)),
      first * dSae,
    )
  }
  return out
}

/** Causal multi-head attention of one context: queries and keys [seq, narrow], values [seq, wide] → [seq, wide]. */
function attend(q: Float64Array, k: Float64Array, v: Float64Array, heads: number, seq: number): Float64Array {
  const [narrow, wide] = [q.length / seq, v.length / seq]
  const [dKey, dValue] = [narrow / heads, wide / heads]
  const out = new Float64Array(v.length)
  for (let head = 0; head < heads; head++) {
    const slice = (a: Float64Array, t: number) => a.subarray(t * narrow + head * dKey, t * narrow + (head + 1) * dKey)
    for (let t = 0; t < seq; t++) {
      const scores = Array.from({ length: t + 1 }, (_, s) => dot(slice(q, t), slice(k, s)) / Math.sqrt(dKey))
      const most = Math.max(...scores)
      const weights = scores.map((score) => Math.exp(score - most))
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      for (const [s, weight] of weights.entries()) {
        for (let i = head * dValue; i < (head + 1) * dValue; i++)
          out[t * wide + i]! += (weight / total) * v[s * wide + i]!
      }
    }
  }
  return out
}

/** x [tokens, in] · Wᵀ + b, W [out, in]. */
function project({ weight, bias }: Projection, x: Float64Array, tokens: number): Float64Array {
  const into = x.length / tokens
  const out = new Float64Array(tokens * bias.length)
  for (let t = 0; t < tokens; t++) {
    const row = x.subarray(t * into, (t + 1) * into)
    for (let o = 0; o < bias.length; o++) {
      out[t * bias.length + o] = bias[o]! + dot(row, weight.subarray(o * into, (o + 1) * into))
    }
  }
  return out
}
