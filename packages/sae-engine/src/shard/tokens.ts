// The tokens of a step: input of the encoder, sums of the reconstructions over shards, errors and their gradients. Every token has one
// owner, which sums its row over shards and gives the gradient to all.
import { GHOST_EPS } from '@mistudio/interp/step'
import { normalises } from '../plan/types.js'
import type { ShardContext, StepRequest, Tokens } from './context.js'

/** Added to the standard deviation by layer_norm; not on the way back. */
const LAYER_NORM_EPS = 1e-5

export class StepTokens {
  private rows = 0
  private own: Tokens = { first: 0, count: 0 }
  private target = 'x'
  /** Run-time normalisation: an output y is brought back as y · scale + shift. */
  private scale: Float64Array | null = null
  private shift: Float64Array | null = null
  private readonly outputSums: Float64Array

  constructor(private readonly c: ShardContext) {
    this.outputSums = new Float64Array(c.layout.wOut)
  }

  /** Where the encoder's input lies. */
  get input(): 'x' | 'h' {
    return this.c.layout.plan.applyBDec ? 'h' : 'x'
  }

  /** Copies the batch, normalises it, and publishes sums of the target for its mean. */
  take({ rows, hasTarget }: StepRequest): void {
    const { memory, exchange, layout } = this.c
    const { plan, wIn, wOut, shard, shards } = layout
    const { kernels } = memory
    this.rows = rows
    const first = Math.floor((rows * shard) / shards)
    this.own = { first, count: Math.floor((rows * (shard + 1)) / shards) - first }
    memory.f32('x', rows * wIn).set(exchange.input('x', rows * wIn))
    this.target = hasTarget || normalises(plan) ? 'target' : 'x'
    if (this.target === 'target') {
      memory.f32('target', rows * wOut).set(exchange.input(hasTarget ? 'target' : 'x', rows * wOut))
    }
    this.normalise()
    if (plan.applyBDec) kernels.subtractRow(memory.at('h'), memory.at('x'), memory.at('b_dec'), rows, wIn)
    kernels.columnSums(memory.at(this.target, first * wOut), this.own.count, wOut, memory.at('sums'))
    exchange.vector('target', shard).set(memory.f64('sums', wOut))
    this.outputSums.fill(0)
    for (const name of ['deviation', 'legacy', 'aux', 'sparsity', 'preAct']) exchange.publish(name, 0)
    for (let plane = 0; plane < layout.planes; plane++) exchange.publish(`error${plane}`, 0)
  }

  /** Mean of the target, once every shard has published its sums. */
  average(): void {
    const { memory, exchange, layout } = this.c
    const mean = memory.f32('mean', layout.wOut)
    for (let i = 0; i < mean.length; i++) {
      let sum = 0
      for (let s = 0; s < layout.shards; s++) sum += exchange.vector('target', s)[i]!
      mean[i] = sum / this.rows
    }
  }

  /** Publishes the own part of reconstruction `plane` for the tokens that others own. */
  publish(plane: number, { first, count }: Tokens): void {
    const { memory, exchange, layout } = this.c
    const { wOut, batchSize, shard } = layout
    if (layout.shards === 1) return
    const at = plane * batchSize * wOut
    const copy = (from: number, to: number) => {
      if (to <= from) return
      const part = memory.f32('part', (to - from) * wOut, at + from * wOut)
      exchange.part(shard, plane, from * wOut, part.length).set(part)
    }
    const [mine, end] = [this.own.first, this.own.first + this.own.count]
    copy(first, Math.min(first + count, mine))
    copy(Math.max(first, end), first + count)
  }

  /** The own tokens among some. */
  owned({ first, count }: Tokens): Tokens {
    const from = Math.max(first, this.own.first)
    const to = Math.min(first + count, this.own.first + this.own.count)
    return { first: from, count: Math.max(0, to - from) }
  }

  /** Float offset of a token in `error` and other arrays of own tokens. */
  private ownOffset(token: number): number {
    return (token - this.own.first) * this.c.layout.wOut
  }

  private errorAt(plane: number, token: number): number {
    const { batchSize, shards, wOut } = this.c.layout
    return plane * (Math.ceil(batchSize / shards) + 1) * wOut + this.ownOffset(token)
  }

  /** Sum over shards of reconstruction `plane` of own tokens, into a slot. */
  sum(plane: number, slot: string, at: number, { first, count }: Tokens): void {
    const { memory, exchange, layout } = this.c
    const { wOut, batchSize, shards, shard } = layout
    const floats = count * wOut
    memory.f32(slot, floats, at).set(memory.f32('part', floats, plane * batchSize * wOut + first * wOut))
    for (let s = 0; s < shards; s++) {
      if (s === shard) continue
      memory.f32('other', floats).set(exchange.part(s, plane, first * wOut, floats))
      memory.kernels.addInto(memory.at(slot, at), memory.at('other'), floats)
    }
  }

  /** Errors out − target of every reconstruction of own tokens. `nested`: each adds to the one before. */
  errors(tokens: Tokens, nested: boolean): void {
    const { memory, layout } = this.c
    const { wOut, planes } = layout
    const own = this.owned(tokens)
    if (own.count === 0) return
    for (let plane = 0; plane < planes; plane++) {
      this.sum(plane, 'error', this.errorAt(plane, own.first), own)
      if (!nested || plane === 0) continue
      const [to, from] = [this.errorAt(plane, own.first), this.errorAt(plane - 1, own.first)]
      memory.kernels.addInto(memory.at('error', to), memory.at('error', from), own.count * wOut)
    }
    for (let plane = 0; plane < planes; plane++) {
      this.toError(this.errorAt(plane, own.first), own)
      this.figures(plane, nested ? planes - 1 : 0, own)
    }
  }

  /** Gradients of every reconstruction of own tokens, given to all. `nested`: a prefix also belongs to all longer ones. */
  gradients(tokens: Tokens, nested: boolean): void {
    const { memory, exchange, layout } = this.c
    const { wOut, planes, batchSize } = layout
    const own = this.owned(tokens)
    if (own.count === 0) return
    const floats = own.count * wOut
    for (let plane = planes - 1; plane >= 0; plane--) {
      const at = plane * batchSize * wOut + own.first * wOut
      const grad = memory.at('grad', at)
      memory.kernels.scaleInto(grad, memory.at('error', this.errorAt(plane, own.first)), floats, 2 / this.rows)
      if (this.scale && !layout.plan.transcoder) this.scaleRows(memory.f32('grad', floats, at), own)
      if (nested && plane + 1 < planes) memory.kernels.addInto(grad, memory.at('grad', at + batchSize * wOut), floats)
      exchange.grad(plane, own.first * wOut, floats).set(memory.f32('grad', floats, at))
      if (!nested || plane === 0) this.addOutputSums(grad, own.count)
    }
  }

  /** Takes over the gradients of the tokens of others. */
  takeGradients(plane: number, { first, count }: Tokens): void {
    const { memory, exchange, layout } = this.c
    const { wOut, batchSize } = layout
    const copy = (from: number, to: number) => {
      if (to <= from) return
      const floats = (to - from) * wOut
      const slot = memory.f32('grad', floats, plane * batchSize * wOut + from * wOut)
      slot.set(exchange.grad(plane, from * wOut, floats))
    }
    copy(first, Math.min(first + count, this.own.first))
    copy(Math.max(first, this.own.first + this.own.count), first + count)
  }

  /**
   * Squared error of an auxiliary reconstruction of what `plane` leaves, for own tokens, and its gradient with `weight` on the loss, given
   * to all as that of plane 0. Returns the sum of squares.
   */
  auxiliary(plane: number, weight: number, tokens: Tokens): number {
    const { memory, exchange, layout } = this.c
    const { wOut } = layout
    const own = this.owned(tokens)
    if (own.count === 0) return 0
    const floats = own.count * wOut
    this.sum(0, 'residual', 0, own)
    const at = memory.at('residual')
    memory.kernels.addInto(at, memory.at('error', this.errorAt(plane, own.first)), floats)
    const squares = memory.kernels.sumSquares(at, floats)
    memory.kernels.scaleInto(memory.at('grad', own.first * wOut), at, floats, 2 * weight)
    exchange.grad(0, own.first * wOut, floats).set(memory.f32('grad', floats, own.first * wOut))
    return squares
  }

  /**
   * The loss of ghost reconstructions of what plane 0 leaves, for own tokens, and its gradient, given to all as that of plane 0. Returns
   * the sum over own tokens, divided by the tokens of the batch.
   */
  ghosts(tokens: Tokens): number {
    const { memory, exchange, layout } = this.c
    const { wOut } = layout
    const own = this.owned(tokens)
    if (own.count === 0) return 0
    const floats = own.count * wOut
    this.sum(0, 'residual', 0, own)
    const ghost = memory.f32('residual', floats)
    const error = memory.f32('error', floats, this.errorAt(0, own.first))
    const grad = memory.f32('grad', floats, own.first * wOut)
    let loss = 0
    for (let at = 0; at < floats; at += wOut) {
      const [length, wanted] = [squares(ghost, at, wOut), squares(error, at, wOut)]
      const scale = Math.sqrt(wanted) / (GHOST_EPS + 2 * Math.sqrt(length))
      // The residual is the error's opposite.
      for (let i = at; i < at + wOut; i++) grad[i] = scale * ghost[i]! + error[i]!
      const left = squares(grad, at, wOut)
      const factor = wanted / (left + GHOST_EPS)
      loss += (factor * left) / this.rows
      for (let i = at; i < at + wOut; i++) grad[i]! *= (2 / this.rows) * factor * scale
    }
    exchange.grad(0, own.first * wOut, floats).set(grad)
    return loss
  }

  /** Gives the column sums of all gradients of own tokens to all. */
  publishSums(): void {
    this.c.exchange.vector('output', this.c.layout.shard).set(this.outputSums)
  }

  /** Errors of own tokens of the last reconstruction; for tests. */
  private addOutputSums(grad: number, rows: number): void {
    const { memory, layout } = this.c
    memory.kernels.columnSums(grad, rows, layout.wOut, memory.at('sums'))
    const sums = memory.f64('sums', layout.wOut)
    for (let i = 0; i < sums.length; i++) this.outputSums[i]! += sums[i]!
  }

  private toError(at: number, { first, count }: Tokens): void {
    const { memory, layout } = this.c
    const { wOut, plan } = layout
    const { scale, shift } = this
    const target = memory.at(this.target, first * wOut)
    if (!scale || !shift || plan.transcoder) {
      memory.kernels.errorRows(memory.at('error', at), target, memory.at('b_dec'), count, wOut)
      return
    }
    const [error, wanted] = [memory.f32('error', count * wOut, at), memory.f32(this.target, count * wOut, first * wOut)]
    const bias = memory.f32('b_dec', plan.dOut)
    for (let t = 0; t < count; t++) {
      for (let i = 0; i < plan.dOut; i++) {
        const e = t * wOut + i
        error[e] = (error[e]! + bias[i]!) * scale[first + t]! + shift[first + t]! - wanted[e]!
      }
    }
  }

  private figures(plane: number, main: number, { first, count }: Tokens): void {
    const { memory, exchange, layout } = this.c
    const [e, x] = [memory.at('error', this.errorAt(plane, first)), memory.at(this.target, first * layout.wOut)]
    memory.kernels.tokenFigures(e, x, memory.at('mean'), count, layout.wOut, memory.at('figures'))
    const figures = memory.f64('figures', 2 * count)
    let [error, deviation, legacy] = [0, 0, 0]
    for (let t = 0; t < count; t++) {
      error += figures[2 * t]!
      deviation += figures[2 * t + 1]!
      legacy += 1 - figures[2 * t]! / figures[2 * t + 1]!
    }
    const add = (name: string, value: number) => exchange.publish(name, exchange.of(name, layout.shard) + value)
    add(`error${plane}`, error)
    if (plane !== main) return
    add('deviation', deviation)
    add('legacy', legacy)
  }

  private scaleRows(grad: Float32Array, { first, count }: Tokens): void {
    const { wOut } = this.c.layout
    for (let t = 0; t < count; t++) {
      for (let i = t * wOut; i < (t + 1) * wOut; i++) grad[i]! *= this.scale![first + t]!
    }
  }

  private normalise(): void {
    const { memory, layout } = this.c
    const { plan, wIn } = layout
    if (!normalises(plan)) return
    const { dIn: d } = plan
    const [scale, shift] = [new Float64Array(this.rows).fill(1), new Float64Array(this.rows)]
    for (let t = 0; t < this.rows; t++) {
      const row = memory.f32('x', d, t * wIn)
      let [sum, squares] = [0, 0]
      if (plan.normalisation === 'layer_norm') {
        for (let i = 0; i < d; i++) sum += row[i]!
        shift[t] = sum / d
      }
      for (let i = 0; i < d; i++) squares += (row[i]! - shift[t]!) ** 2
      scale[t] = Math.sqrt(squares / (plan.normalisation === 'layer_norm' ? d - 1 : d))
      const divisor = plan.normalisation === 'layer_norm' ? scale[t]! + LAYER_NORM_EPS : scale[t]!
      for (let i = 0; i < d; i++) row[i] = (row[i]! - shift[t]!) / divisor
    }
    this.scale = scale
    this.shift = shift
  }
}

/** Σ of squares of `width` numbers from `at` on. */
function squares(values: Float32Array, at: number, width: number): number {
  let sum = 0
  for (let i = at; i < at + width; i++) sum += values[i]! * values[i]!
  return sum
}
