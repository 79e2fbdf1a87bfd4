// Standard SAEs in a shard: ReLU, Lp norm of activations weighted by decoder norms.

import type { StandardPlan } from '../plan/types.js'
import type { ShardContext, Tokens } from '../shard/context.js'
import { addSums } from './chunk-sums.js'
import type { Pointwise } from './pointwise.js'

export class StandardActivations implements Pointwise {
  private rows = 0
  private weight = 0
  private readonly fired: Float64Array
  private readonly dBias: Float64Array
  private readonly dNorms: Float64Array
  private readonly sumActs: Float64Array
  /** Weighted p-norm of each token. */
  private readonly tokenNorms: Float64Array

  constructor(
    private readonly c: ShardContext,
    private readonly plan: StandardPlan,
  ) {
    const { features, batchSize } = c.layout
    this.fired = new Float64Array(features)
    this.dBias = new Float64Array(features)
    this.dNorms = new Float64Array(features)
    this.sumActs = new Float64Array(features)
    this.tokenNorms = new Float64Array(batchSize)
  }

  begin(rows: number, coefficient: number): void {
    this.rows = rows
    this.weight = coefficient / rows
    for (const sums of [this.fired, this.dBias, this.dNorms]) sums.fill(0)
  }

  lower(low: Float32Array): void {
    low.fill(0)
  }

  values(): readonly string[] {
    return ['value']
  }

  tokenSums(offset: Int32Array, { first, count }: Tokens, into: Float64Array): boolean {
    if (this.plan.power === 1) return false
    const { memory, layout } = this.c
    const [value, index] = [memory.f32('value', offset[first + count]!), memory.i32('index', offset[first + count]!)]
    const norm = memory.f32('norm', layout.features)
    for (let t = 0; t < count; t++) {
      let sum = 0
      for (let i = offset[first + t]!; i < offset[first + t + 1]!; i++)
        sum += (value[i]! * norm[index[i]!]!) ** this.plan.power
      into[t] = sum
    }
    return true
  }

  denseTokenSums({ count }: Tokens, into: Float64Array): boolean {
    if (this.plan.power === 1) return false
    const { memory, layout } = this.c
    const { features } = layout
    const [acts, norm] = [memory.f32('acts0', count * features), memory.f32('norm', features)]
    for (let t = 0; t < count; t++) {
      let sum = 0
      for (let j = 0; j < features; j++)
        if (acts[t * features + j]! > 0) sum += (acts[t * features + j]! * norm[j]!) ** this.plan.power
      into[t] = sum
    }
    return true
  }

  totals(sums: Float64Array, { first, count }: Tokens): void {
    for (let t = 0; t < count; t++) this.tokenNorms[first + t] = sums[t]! ** (1 / this.plan.power)
  }

  fill(start: Int32Array): void {
    const { memory, layout } = this.c
    const { features } = layout
    const entries = start[features]!
    const [acts, token, product] = [
      ...([memory.f32('sorted', entries), memory.i32('token', entries), memory.f32('product0', entries)] as const),
    ]
    const [dPre, weights] = [memory.f32('dPre', entries), memory.f32('weight0', entries)]
    const norms = memory.f32('norm', features)
    weights.set(acts)
    for (let j = 0; j < features; j++) {
      const norm = norms[j]!
      let [dBias, dNorm] = [0, 0]
      for (let i = start[j]!; i < start[j + 1]!; i++) {
        const dWeighted = this.slope(acts[i]! * norm, token[i]!)
        dPre[i] = product[i]! + dWeighted * norm
        dBias += product[i]! + dWeighted * norm
        dNorm += dWeighted * acts[i]!
      }
      this.fired[j] = start[j + 1]! - start[j]!
      this.dBias[j] = dBias
      this.dNorms[j] = dNorm
    }
  }

  activate({ count }: Tokens): void {
    const { memory, layout } = this.c
    memory.kernels.reluInto(memory.at('acts0'), memory.at('pre'), count * layout.features)
  }

  backward(tokens: Tokens): void {
    if (this.plan.power === 1) this.backwardOfSums(tokens)
    else this.backwardOfNorms(tokens)
  }

  /** The loss adds the same to the gradient of every activation of a feature. */
  private backwardOfSums({ count }: Tokens): void {
    const { memory, layout } = this.c
    const { features } = layout
    const [add, norm] = [memory.f32('add', features), memory.f32('norm', features)]
    for (let j = 0; j < features; j++) add[j] = this.weight * norm[j]!
    this.sumActs.fill(0)
    addSums(this.c, [this.dBias, this.sumActs, this.fired], ([dBias, sumActs, fired]) => {
      const [acts, d] = [memory.at('acts0'), memory.at('dActs0')]
      memory.kernels.reluBackward(acts, d, memory.at('add'), count, features, dBias!, sumActs!, fired!)
    })
    for (let j = 0; j < features; j++) this.dNorms[j]! += this.weight * this.sumActs[j]!
  }

  private backwardOfNorms({ first, count }: Tokens): void {
    const { memory, layout } = this.c
    const { features } = layout
    const { fired, dBias, dNorms } = this
    const [acts, d] = [memory.f32('acts0', count * features), memory.f32('dActs0', count * features)]
    const norm = memory.f32('norm', features)
    for (let t = 0; t < count; t++) {
      for (let j = 0; j < features; j++) {
        const at = t * features + j
        const act = acts[at]!
        if (act === 0) {
          d[at] = 0
          continue
        }
        const dWeighted = this.slope(act * norm[j]!, first + t)
        d[at]! += dWeighted * norm[j]!
        fired[j]!++
        dBias[j]! += d[at]!
        dNorms[j]! += dWeighted * act
      }
    }
  }

  finish() {
    const { memory, exchange, layout } = this.c
    const { features, shard } = layout
    memory.f32('b_enc.g', features).set(this.dBias)
    // A norm is homogeneous: Σ activation · gradient is the loss itself.
    const norm = memory.f32('norm', features)
    let loss = 0
    if (this.plan.power === 1) for (let j = 0; j < features; j++) loss += this.dNorms[j]! * norm[j]!
    else if (shard === 0) for (let t = 0; t < this.rows; t++) loss += this.weight * this.tokenNorms[t]!
    exchange.publish('sparsity', loss)
    return { dNorms: this.dNorms, fired: this.fired, inputSums: this.dBias }
  }

  /** Gradient of the loss by a weighted activation above 0. */
  private slope(weighted: number, token: number): number {
    if (this.plan.power === 1) return this.weight
    return this.weight * (weighted / this.tokenNorms[token]!) ** (this.plan.power - 1)
  }
}
