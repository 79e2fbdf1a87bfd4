// Small makers of plan pieces, so that an architecture file reads like a list of its layers.
import type { LinearPlan, NormPlan, Piece } from '../plan.js'
import type { TensorSpec } from '../spec.js'

type Part = TensorSpec['part']

export const tensorSpec = (name: string, shape: readonly number[], part: Part): TensorSpec => ({ name, shape, part })

const WHOLE: Piece['layout'] = { kind: 'whole' }

/** A linear layer stored as `name.weight` [out, in] and, if it has one, `name.bias` [out]. */
export function linear(name: string, dIn: number, dOut: number, part: Part, bias: boolean): LinearPlan {
  return {
    dIn,
    dOut,
    weight: { tensor: tensorSpec(`${name}.weight`, [dOut, dIn], part), layout: WHOLE },
    bias: bias ? { tensor: tensorSpec(`${name}.bias`, [dOut], part), layout: WHOLE } : null,
  }
}

/** Several linear layers stored as one [sum of outs, in], in this order. */
export function fused(name: string, dIn: number, outs: readonly number[], part: Part, bias: boolean): LinearPlan[] {
  const total = outs.reduce((sum, out) => sum + out, 0)
  const weight = tensorSpec(`${name}.weight`, [total, dIn], part)
  const biases = bias ? tensorSpec(`${name}.bias`, [total], part) : null
  let from = 0
  return outs.map((dOut) => {
    const layout: Piece['layout'] = { kind: 'rows', from, count: dOut }
    from += dOut
    return { dIn, dOut, weight: { tensor: weight, layout }, bias: biases && { tensor: biases, layout } }
  })
}

/** GPT-2's Conv1D: one or several layers stored as [in, sum of outs] with bias. */
export function conv1d(name: string, dIn: number, outs: readonly number[], part: Part): LinearPlan[] {
  const total = outs.reduce((sum, out) => sum + out, 0)
  const weight = tensorSpec(`${name}.weight`, [dIn, total], part)
  const bias = tensorSpec(`${name}.bias`, [total], part)
  let from = 0
  return outs.map((dOut) => {
    const layout: Piece['layout'] = { kind: 'columns', from, count: dOut }
    from += dOut
    return { dIn, dOut, weight: { tensor: weight, layout }, bias: { tensor: bias, layout } }
  })
}

/** Queries, keys and values of GPT-NeoX: rows grouped as [head][q | k | v][head_dim]. */
export function interleaved(name: string, dIn: number, heads: number, headDim: number, bias: boolean): LinearPlan[] {
  const dOut = heads * headDim
  const weight = tensorSpec(`${name}.weight`, [3 * dOut, dIn], 'attention')
  const biases = bias ? tensorSpec(`${name}.bias`, [3 * dOut], 'attention') : null
  return ([0, 1, 2] as const).map((part) => {
    const layout: Piece['layout'] = { kind: 'interleaved', part, heads, headDim }
    return { dIn, dOut, weight: { tensor: weight, layout }, bias: biases && { tensor: biases, layout } }
  })
}

/** LayerNorm with weight and bias. */
export const layerNorm = (name: string, width: number, eps: number): NormPlan => ({
  kind: 'layer',
  width,
  eps,
  weight: tensorSpec(`${name}.weight`, [width], 'norm'),
  bias: tensorSpec(`${name}.bias`, [width], 'norm'),
  offset: 0,
})

/** RMSNorm with a weight; Gemma's multiplies by 1 + weight (`offset` 1). */
export const rmsNorm = (name: string, width: number, eps: number, offset: 0 | 1 = 0): NormPlan => ({
  kind: 'rms',
  width,
  eps,
  weight: tensorSpec(`${name}.weight`, [width], 'norm'),
  bias: null,
  offset,
})

/** The unembedding: W_U stored as [vocab, d_model], either its own tensor or that of the embedding. */
export function unembed(tokens: TensorSpec, tied: boolean, name = 'lm_head', bias = false): LinearPlan {
  const [vocab, dModel] = tokens.shape as [number, number]
  const own = linear(name, dModel, vocab, 'unembedding', bias)
  return tied ? { ...own, weight: { tensor: tokens, layout: WHOLE } } : own
}
