// The end of a step in a shard: gradients that come through norms and the input, clipping of all gradients together, Adam.
import type { AdamOptions, Rows } from '@mistudio/interp/saes'
import { parametersOf } from '../plan/parameters.js'
import type { ShardContext } from './context.js'

/** Added to the norm before dividing, as torch does. */
const CLIP_EPS = 1e-6

/** Adds to the gradient of W_dec what comes through the decoder norms, given their gradient [features]. */
export function addNormGradients({ memory, layout }: ShardContext, dNorms: Float64Array): void {
  const { features, wOut, plan } = layout
  const [w, g] = [memory.f32('W_dec', features * wOut), memory.f32('W_dec.g', features * wOut)]
  for (let j = 0; j < features; j++) {
    if (dNorms[j] === 0) continue
    let at = j * wOut
    for (const width of plan.siteWidths) {
      const factor = dNorms[j]! * inverseNorm(w, at, at + width)
      for (const end = at + width; at < end; at++) g[at]! += factor * w[at]!
    }
  }
}

function inverseNorm(w: Float32Array, from: number, to: number): number {
  let squares = 0
  for (let i = from; i < to; i++) squares += w[i]! * w[i]!
  return squares > 0 ? 1 / Math.sqrt(squares) : 0
}

/** Norms of the own decoder rows and their inverses; the sum over sites of the norms for crosscoders. */
export function decoderNorms({ memory, layout }: ShardContext): void {
  const { features, wOut, plan } = layout
  if (plan.siteWidths.length === 1) {
    memory.kernels.rowNorms(memory.at('W_dec'), features, wOut, memory.at('norm'), memory.at('inverse'))
    return
  }
  const [norm, inverse] = [memory.f32('norm', features), memory.f32('inverse', features)]
  const w = memory.f32('W_dec', features * wOut)
  for (let j = 0; j < features; j++) {
    let [at, sum] = [j * wOut, 0]
    for (const width of plan.siteWidths) {
      let squares = 0
      for (const end = at + width; at < end; at++) squares += w[at]! * w[at]!
      sum += Math.sqrt(squares)
    }
    norm[j] = sum
    inverse[j] = sum > 0 ? 1 / sum : 0
  }
}

/** The own decoder rows and their gradients, where they lie. */
export function decoderRows({ memory, layout }: ShardContext): {
  wDec: Float32Array
  gradient: Float32Array
  rows: Rows
} {
  const { features, wOut, plan } = layout
  const floats = features * wOut
  const rows = { rows: features, width: plan.dOut, stride: wOut }
  return { wDec: memory.f32('W_dec', floats), gradient: memory.f32('W_dec.g', floats), rows }
}

/** Publishes the squares of the own gradients, and the sum over features of what reaches b_dec through the encoder's input. */
export function publishGradients({ memory, exchange, layout }: ShardContext, inputSums: Float64Array): void {
  const { kernels } = memory
  const { plan, features, wIn, wOut, shard } = layout
  let squares = 0
  for (const { name, kind } of parametersOf(plan)) {
    const count = {
      encoder: features * wIn,
      decoder: features * wOut,
      feature: Math.ceil(features / 16) * 16,
      output: 0,
    }[kind]
    if (count > 0) squares += kernels.sumSquares(memory.at(`${name}.g`), count)
  }
  exchange.publish('gradient', squares)
  if (!plan.applyBDec) return
  memory.f32('weight', features).set(inputSums)
  kernels.weightedRowSum(memory.at('W_enc'), memory.at('weight'), features, wIn, memory.at('sums'))
  exchange.vector('input', shard).set(memory.f64('sums', wIn))
}

/** Gradient of b_dec, the same bits in every shard; returns its sum of squares. */
function outputGradient({ memory, exchange, layout }: ShardContext): number {
  const { plan, shards, wOut } = layout
  const gradient = memory.f32('b_dec.g', wOut)
  let squares = 0
  for (let i = 0; i < wOut; i++) {
    let sum = 0
    for (let s = 0; s < shards; s++) {
      sum += exchange.vector('output', s)[i]!
      if (plan.applyBDec) sum -= exchange.vector('input', s)[i]!
    }
    gradient[i] = sum
    squares += sum * sum
  }
  return squares
}

/** Clips, then Adam (its `t`-th step, from 1) on everything this shard owns. Returns the norm before clipping. */
export function update(c: ShardContext, options: AdamOptions, clipGradNorm: number, t: number, lr: number): number {
  const { memory, exchange, layout } = c
  const { plan, features, wIn, wOut } = layout
  const norm = Math.sqrt(exchange.total('gradient') + outputGradient(c))
  const clip = Math.min(1, clipGradNorm / (norm + CLIP_EPS))
  const { beta1, beta2, eps, weightDecay } = options
  const step = lr / (1 - beta1 ** t)
  const root = 1 / Math.sqrt(1 - beta2 ** t)
  for (const { name, kind } of parametersOf(plan)) {
    const count = {
      encoder: features * wIn,
      decoder: features * wOut,
      feature: Math.ceil(features / 16) * 16,
      output: wOut,
    }[kind]
    memory.kernels.adamVector(
      ...([count, memory.at(name), memory.at(`${name}.g`), memory.at(`${name}.m`), memory.at(`${name}.v`)] as const),
      ...([clip, beta1, beta2, 1 - beta1, 1 - beta2, step, root, eps, 1 - lr * weightDecay] as const),
    )
  }
  return norm
}
