// JumpReLU SAEs in a shard. Entries are what is above a threshold or within the window of its pseudo-gradient, and for the
// pre-activation loss everything below the threshold of a dead feature.

import type { JumpreluPlan } from '../plan/types.js'
import type { ShardContext, Tokens } from '../shard/context.js'
import { addSums } from './chunk-sums.js'
import type { Pointwise } from './pointwise.js'

/** Widens the bound of entries, so that rounding loses none; which entries are in the window is decided exactly. */
const ROUNDING = 1e-3

export class JumpreluActivations implements Pointwise {
  private rows = 0
  private weight = 0
  private preActWeight = 0
  private dead: Uint8Array = new Uint8Array(0)
  private l0: Float64Array
  private losses = { sparsity: 0, preAct: 0 }
  private readonly fired: Float64Array
  private readonly sums: Record<'bias' | 'threshold' | 'norm', Float64Array>

  constructor(
    private readonly c: ShardContext,
    private readonly plan: JumpreluPlan,
  ) {
    const vector = () => new Float64Array(c.layout.features)
    this.fired = vector()
    this.sums = { bias: vector(), threshold: vector(), norm: vector() }
    this.l0 = new Float64Array(c.layout.batchSize)
  }

  begin(rows: number, coefficient: number, dead: Uint8Array): void {
    this.rows = rows
    this.weight = coefficient / rows
    this.preActWeight = (this.plan.preAct ?? 0) / rows
    this.dead = dead
    this.losses = { sparsity: 0, preAct: 0 }
    for (const sums of [this.fired, ...Object.values(this.sums)]) sums.fill(0)
  }

  lower(low: Float32Array): void {
    const theta = this.c.memory.f32('threshold', low.length)
    const pulls = this.plan.preAct !== null
    for (let j = 0; j < low.length; j++) {
      low[j] = pulls && this.dead[j] ? Number.NEGATIVE_INFINITY : theta[j]! - (this.plan.bandwidth / 2) * (1 + ROUNDING)
    }
  }

  values(entries: number): readonly string[] {
    const { memory, layout } = this.c
    const [pre, index, acts] = [memory.f32('value', entries), memory.i32('index', entries), memory.f32('acts', entries)]
    const theta = memory.f32('threshold', layout.features)
    for (let i = 0; i < entries; i++) acts[i] = pre[i]! > theta[index[i]!]! ? pre[i]! : 0
    return ['acts']
  }

  tokenSums(offset: Int32Array, { first, count }: Tokens, into: Float64Array): boolean {
    if (this.plan.mode === 'tanh') return false
    const { memory, layout } = this.c
    const [pre, index] = [memory.f32('value', offset[first + count]!), memory.i32('index', offset[first + count]!)]
    const theta = memory.f32('threshold', layout.features)
    for (let t = 0; t < count; t++) {
      let open = 0
      for (let i = offset[first + t]!; i < offset[first + t + 1]!; i++) if (pre[i]! > theta[index[i]!]!) open++
      into[t] = open
    }
    return true
  }

  denseTokenSums({ count }: Tokens, into: Float64Array): boolean {
    if (this.plan.mode === 'tanh') return false
    into.set(this.c.memory.i32('open', count))
    return true
  }

  totals(sums: Float64Array, { first }: Tokens): void {
    this.l0.set(sums, first)
  }

  fill(start: Int32Array): void {
    const { memory, layout } = this.c
    const { features } = layout
    const list = (name: string) => memory.f32(name, start[features]!)
    const [pre, product, dPre, weights] = [list('sorted'), list('product0'), list('dPre'), list('weight0')]
    const token = memory.i32('token', start[features]!)
    const theta = memory.f32('threshold', features)
    for (let j = 0; j < features; j++) {
      const add = this.entryOf(j)
      for (let i = start[j]!; i < start[j + 1]!; i++) {
        dPre[i] = add(pre[i]!, product[i]!, token[i]!)
        weights[i] = pre[i]! > theta[j]! ? pre[i]! : 0
      }
    }
  }

  activate({ count }: Tokens): void {
    const { memory, layout } = this.c
    const [acts, pre, theta] = [memory.at('acts0'), memory.at('pre'), memory.at('threshold')]
    memory.kernels.jumpInto(acts, pre, theta, count, layout.features, memory.at('open'))
  }

  backward(tokens: Tokens): void {
    if (this.plan.mode === 'tanh' || this.plan.preAct !== null) this.backwardByEntry(tokens)
    else this.backwardOfCounts(tokens)
  }

  /** The loss depends on activations through the counts of the tokens alone. */
  private backwardOfCounts({ first, count }: Tokens): void {
    const { memory, layout } = this.c
    const { bandwidth, toInput } = this.plan
    const slope = memory.f32('slope', count)
    for (let t = 0; t < count; t++) slope[t] = this.weight * this.countLoss(this.l0[first + t]!).slope
    addSums(this.c, [this.sums.bias, this.sums.threshold, this.fired], (sums) => {
      memory.kernels.jumpBackward(
        ...([memory.at('pre'), memory.at('dActs0'), memory.at('threshold'), memory.at('slope')] as const),
        ...([bandwidth, toInput ? 1 : 0, count, layout.features, ...(sums as [number, number, number])] as const),
      )
    })
  }

  private backwardByEntry({ first, count }: Tokens): void {
    const { memory, layout } = this.c
    const { features } = layout
    const [pre, d] = [memory.f32('pre', count * features), memory.f32('dActs0', count * features)]
    const low = memory.f32('low', features)
    const add = Array.from({ length: features }, (_, j) => this.entryOf(j))
    for (let t = 0; t < count; t++) {
      for (let j = 0; j < features; j++) {
        const at = t * features + j
        d[at] = pre[at]! > low[j]! ? add[j]!(pre[at]!, d[at]!, first + t) : 0
      }
    }
  }

  finish() {
    const { memory, exchange, layout } = this.c
    const { features, shard } = layout
    memory.f32('b_enc.g', features).set(this.sums.bias)
    memory.f32('threshold.g', features).set(this.sums.threshold)
    if (this.plan.mode !== 'tanh' && shard === 0) {
      for (let t = 0; t < this.rows; t++) this.losses.sparsity += this.weight * this.countLoss(this.l0[t]!).value
    }
    exchange.publish('sparsity', this.losses.sparsity)
    exchange.publish('preAct', this.losses.preAct)
    const byNorm = this.plan.mode === 'tanh' || this.plan.preAct !== null
    return { dNorms: byNorm ? this.sums.norm : null, fired: this.fired, inputSums: this.sums.bias }
  }

  /** Loss of a token with so many open features, per weight, and its gradient by each of them. */
  private countLoss(l0: number): { value: number; slope: number } {
    const { mode, targetL0 } = this.plan
    if (mode === 'step') return { value: l0, slope: 1 }
    return { value: (2 / targetL0) * (l0 - targetL0) ** 2, slope: (4 / targetL0) * (l0 - targetL0) }
  }

  /** The backward function of one feature's entries: adds to its sums, returns the gradient of the pre-activation. */
  private entryOf(j: number): (pre: number, product: number, token: number) => number {
    const { memory, layout } = this.c
    const { mode, bandwidth, toInput, tanhScale, preAct } = this.plan
    const theta = memory.f32('threshold', layout.features)[j]!
    const norm = memory.f32('norm', layout.features)[j]!
    const pulled = preAct !== null && this.dead[j] === 1
    const { sums, losses, fired } = this
    return (pre, product, token) => {
      const isOpen = pre > theta
      let dAct = product
      let dOpen = 0
      if (mode === 'tanh') {
        const act = isOpen ? pre : 0
        const value = Math.tanh(tanhScale * act * norm)
        const slope = this.weight * (1 - value * value) * tanhScale
        losses.sparsity += this.weight * value
        dAct += slope * norm
        sums.norm[j]! += slope * act
      } else dOpen = this.weight * this.countLoss(this.l0[token]!).slope
      let dPre = isOpen ? dAct : 0
      if (Math.abs(pre - theta) < bandwidth / 2) {
        const jump = (dAct * theta + dOpen) / bandwidth
        sums.threshold[j]! -= jump
        if (toInput) dPre += jump
      }
      if (pulled && theta > pre) {
        losses.preAct += this.preActWeight * (theta - pre) * norm
        sums.threshold[j]! += this.preActWeight * norm
        sums.norm[j]! += this.preActWeight * (theta - pre)
        dPre -= this.preActWeight * norm
      }
      if (isOpen && pre !== 0) fired[j]!++
      sums.bias[j]! += dPre
      return dPre
    }
  }
}
