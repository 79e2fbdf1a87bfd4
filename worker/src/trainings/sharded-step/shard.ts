// One shard of a TopK training step: owns a slice of the features, exchanges [batch, d_in] and [batch, k] arrays with the others.
// Phases between barriers: select, decode, (auxiliary decode,) gradients, update. All sums have a fixed order, so results depend on
// the number of shards only.

import type { ShardEncoders } from './encoders.js'
import { Exchange, type ExchangeBuffers } from './exchange.js'
import type { ShardLayout } from './layout.js'
import type { ShardMemory } from './memory.js'
import type { ShardStepMetrics } from './messages.js'

export class Shard {
  /** Optimiser steps done. */
  t = 0
  readonly sinceFired: Int32Array
  private readonly exchange: Exchange
  private rows = 0
  private deadTotal = 0
  private auxWeight = 0
  private auxCount = 0

  constructor(
    private readonly layout: ShardLayout,
    private readonly memory: ShardMemory,
    private readonly encoders: ShardEncoders,
    buffers: ExchangeBuffers,
  ) {
    this.exchange = new Exchange(buffers, layout)
    this.sinceFired = new Int32Array(layout.features)
  }

  /** Derived values, after the weights were set from outside. */
  refresh(): void {
    const { kernels, at } = this.memory
    kernels.rowNorms(at.wDec, this.layout.features, this.layout.width, at.norm, at.inverse)
  }

  /** One optimiser step on the first `rows` rows of the exchanged batch. `last`: this shard finished last. */
  async step(rows: number, lr: number): Promise<{ metrics: ShardStepMetrics; last: boolean }> {
    this.rows = rows
    this.takeInput()
    const dead = this.markDead()
    this.publishCandidates(await this.encoders.select(rows))
    this.exchange.barrier()
    await this.prepareAux(dead)
    this.decode()
    this.exchange.barrier()
    this.computeError()
    if (this.auxWeight > 0) {
      this.decodeAux()
      this.exchange.barrier()
      this.computeAuxError()
    }
    this.accumulate()
    this.exchange.barrier()
    const gradNorm = this.update(lr)
    return { metrics: this.metrics(gradNorm), last: this.exchange.finish() }
  }

  private takeInput(): void {
    const { kernels, at } = this.memory
    const { width, config } = this.layout
    const count = this.rows * width
    this.memory.f32('x', count).set(this.exchange.x.subarray(0, count))
    if (config.applyBDecToInput) kernels.subtractRow(at.h, at.x, at.bDec, this.rows, width)
  }

  /** Lists the own dead features. Returns how many. */
  private markDead(): number {
    const { config, auxK, features } = this.layout
    const ids = auxK > 0 ? this.memory.i32('deadIds', features) : null
    let dead = 0
    for (let j = 0; j < features; j++) {
      if (this.sinceFired[j]! <= config.deadWindow) continue
      if (ids) ids[dead] = j
      dead++
    }
    this.exchange.publish('dead', dead)
    return dead
  }

  private publishCandidates(count: number): void {
    const { config, shard } = this.layout
    const slots = this.rows * config.k
    this.exchange.plane('values', shard, slots).set(this.memory.f32('values', slots))
    this.candidateCount(count)
  }

  /** Every shard offers min(k, features) candidates; the counts of the others follow from the layout. */
  private candidateCount(own: number): void {
    const { config, shards, shard } = this.layout
    const counts = this.memory.i32('counts', shards)
    for (let s = 0; s < shards; s++) {
      const features = Math.floor((config.dSae * (s + 1)) / shards) - Math.floor((config.dSae * s) / shards)
      counts[s] = Math.min(config.k, features)
    }
    counts[shard] = own
  }

  private async prepareAux(dead: number): Promise<void> {
    const { auxK, config, shard } = this.layout
    this.deadTotal = this.exchange.total('dead')
    this.auxWeight = auxK > 0 ? config.auxCoefficient * Math.min(this.deadTotal / auxK, 1) : 0
    this.auxCount = 0
    if (this.auxWeight === 0) return
    this.auxCount = await this.encoders.selectDead(this.rows, dead)
    const slots = this.rows * auxK
    const values = this.memory.f32('auxValues', slots)
    // What a shard does not offer must lose against everything that is offered.
    if (this.auxCount < auxK) {
      for (let t = 0; t < this.rows; t++)
        values.fill(Number.NEGATIVE_INFINITY, t * auxK + this.auxCount, (t + 1) * auxK)
    }
    this.exchange.plane('auxValues', shard, slots).set(values)
  }

  private decode(): void {
    const { kernels, at } = this.memory
    const { config, shards, shard, width } = this.layout
    const { k } = config
    const slots = this.rows * k
    const candidates = this.memory.f32('candidates', shards * slots)
    for (let s = 0; s < shards; s++) candidates.set(this.exchange.plane('values', s, slots), s * slots)
    kernels.mergeTopk(at.candidates, at.counts, shards, shard, this.rows, k, k, 1, at.cursor, at.keep)
    if (config.rescaleByDecoderNorm) kernels.unscale(at.values, at.index, at.keep, at.inverse, this.rows, k)
    kernels.decodeRows(at.values, at.index, at.keep, this.rows, k, width, at.wDec, at.part)
    this.exchange.plane('parts', shard, this.rows * width).set(this.memory.f32('part', this.rows * width))
    const keep = this.memory.i32('keep', this.rows)
    this.exchange.publish(
      'active',
      keep.reduce((sum, count) => sum + count, 0),
    )
  }

  /** Sum over shards of what they published, in shard order, into `to`. */
  private sumParts(name: 'parts' | 'auxParts', to: 'error' | 'auxError'): void {
    const { kernels, at } = this.memory
    const count = this.rows * this.layout.width
    this.memory.f32(to, count).set(this.exchange.plane(name, 0, count))
    for (let s = 1; s < this.layout.shards; s++) {
      this.memory.f32('part', count).set(this.exchange.plane(name, s, count))
      kernels.addInto(at[to], at.part, count)
    }
  }

  /** Tokens whose sums this shard takes for everybody. */
  private ownTokens(): { first: number; count: number } {
    const { shard, shards } = this.layout
    const first = Math.floor((this.rows * shard) / shards)
    return { first, count: Math.floor((this.rows * (shard + 1)) / shards) - first }
  }

  private computeError(): void {
    const { kernels, at } = this.memory
    const { width, shard } = this.layout
    this.sumParts('parts', 'error')
    kernels.errorRows(at.error, at.x, at.bDec, this.rows, width)
    const { first, count } = this.ownTokens()
    const offset = first * width * 4
    this.exchange.publish('mse', kernels.sumSquares(at.error + offset, count * width))
    this.exchange.publish('squares', kernels.sumSquares(at.x + offset, count * width))
    for (const [what, rows] of [
      ['error', at.error],
      ['input', at.x],
    ] as const) {
      kernels.columnSums(rows + offset, count, width, at.sums)
      this.exchange.vector(what, shard).set(this.memory.f64('sums', width))
    }
  }

  private decodeAux(): void {
    const { kernels, at } = this.memory
    const { config, shards, shard, width, auxK } = this.layout
    const slots = this.rows * auxK
    const candidates = this.memory.f32('auxCandidates', shards * slots)
    for (let s = 0; s < shards; s++) candidates.set(this.exchange.plane('auxValues', s, slots), s * slots)
    const counts = this.memory.i32('counts', shards).fill(auxK)
    counts[shard] = this.auxCount
    const chosen = Math.min(auxK, this.deadTotal)
    kernels.mergeTopk(at.auxCandidates, at.counts, shards, shard, this.rows, auxK, chosen, 0, at.cursor, at.auxKeep)
    if (config.rescaleByDecoderNorm) kernels.unscale(at.auxValues, at.auxIndex, at.auxKeep, at.inverse, this.rows, auxK)
    kernels.decodeRows(at.auxValues, at.auxIndex, at.auxKeep, this.rows, auxK, width, at.wDec, at.part)
    this.exchange.plane('auxParts', shard, this.rows * width).set(this.memory.f32('part', this.rows * width))
  }

  /** Auxiliary reconstruction minus residual; the residual x - out is minus the error. */
  private computeAuxError(): void {
    const { kernels, at } = this.memory
    const { width } = this.layout
    this.sumParts('auxParts', 'auxError')
    kernels.addInto(at.auxError, at.error, this.rows * width)
    const { first, count } = this.ownTokens()
    this.exchange.publish('aux', kernels.sumSquares(at.auxError + first * width * 4, count * width))
  }

  private accumulate(): void {
    const { kernels, at } = this.memory
    const { config, features, width, auxK, shard } = this.layout
    const { rows } = this
    const h = config.applyBDecToInput ? at.h : at.x
    const scale = 2 / rows
    kernels.groupByFeature(
      at.values,
      at.index,
      at.keep,
      rows,
      config.k,
      features,
      at.start,
      at.position,
      at.token,
      at.value,
    )
    kernels.accumulateGradients(
      features,
      width,
      at.start,
      at.token,
      at.value,
      at.delta,
      scale,
      h,
      at.error,
      at.wDec,
      at.gEnc,
      at.gDec,
      at.gBias,
      0,
    )
    const start = this.memory.i32('start', features + 1)
    for (let j = 0; j < features; j++) this.sinceFired[j] = start[j + 1]! > start[j]! ? 0 : this.sinceFired[j]! + 1
    if (this.auxWeight > 0) {
      const auxScale = scale * this.auxWeight
      kernels.groupByFeature(
        at.auxValues,
        at.auxIndex,
        at.auxKeep,
        rows,
        auxK,
        features,
        at.start,
        at.position,
        at.auxToken,
        at.auxValue,
      )
      kernels.accumulateGradients(
        features,
        width,
        at.start,
        at.auxToken,
        at.auxValue,
        at.auxDelta,
        auxScale,
        h,
        at.auxError,
        at.wDec,
        at.gEnc,
        at.gDec,
        at.gBias,
        1,
      )
    }
    const squares =
      kernels.sumSquares(at.gEnc, features * width) +
      kernels.sumSquares(at.gDec, features * width) +
      kernels.sumSquares(at.gBias, Math.ceil(features / 16) * 16)
    this.exchange.publish('gradient', squares)
    if (!config.applyBDecToInput) return
    kernels.weightedRowSum(at.wEnc, at.gBias, features, width, at.sums)
    this.exchange.vector('bias', shard).set(this.memory.f64('sums', width))
  }

  /** Gradient of b_dec, the same bits in every shard: 2/B of the error's column sums, minus what comes through the input. */
  private decoderBiasGradient(): number {
    const { config, shards, width } = this.layout
    const gradient = this.memory.f32('gBDec', width)
    let squares = 0
    for (let i = 0; i < width; i++) {
      let sum = 0
      for (let s = 0; s < shards; s++) {
        sum += (2 / this.rows) * this.exchange.vector('error', s)[i]!
        if (config.applyBDecToInput) sum -= this.exchange.vector('bias', s)[i]!
      }
      gradient[i] = sum
      squares += sum * sum
    }
    return squares
  }

  /** Clips all gradients together, then Adam on everything this shard owns. Returns the norm before clipping. */
  private update(lr: number): number {
    const { kernels, at } = this.memory
    const { config, features, width } = this.layout
    const norm = Math.sqrt(this.exchange.total('gradient') + this.decoderBiasGradient())
    const clip = Math.min(1, config.clipGradNorm / (norm + 1e-6))
    const { adamBeta1: b1, adamBeta2: b2, adamEps: eps } = config
    this.t++
    const step = lr / (1 - b1 ** this.t)
    const root = 1 / Math.sqrt(1 - b2 ** this.t)
    const vector = Math.ceil(features / 16) * 16
    for (const [count, p, g, m, v] of [
      [features * width, at.wEnc, at.gEnc, at.wEncM, at.wEncV],
      [features * width, at.wDec, at.gDec, at.wDecM, at.wDecV],
      [vector, at.bEnc, at.gBias, at.bEncM, at.bEncV],
      [width, at.bDec, at.gBDec, at.bDecM, at.bDecV],
    ] as const) {
      kernels.adamVector(count, p, g, m, v, clip, b1, b2, 1 - b1, 1 - b2, step, root, eps)
    }
    this.refresh()
    return norm
  }

  private metrics(gradNorm: number): ShardStepMetrics {
    const { exchange, rows } = this
    const { shards, width } = this.layout
    const mse = exchange.total('mse') / rows
    const aux = this.auxWeight > 0 ? (this.auxWeight * exchange.total('aux')) / rows : 0
    let meanSquare = 0
    for (let i = 0; i < width; i++) {
      let sum = 0
      for (let s = 0; s < shards; s++) sum += exchange.vector('input', s)[i]!
      meanSquare += (sum / rows) ** 2
    }
    const variance = exchange.total('squares') / rows - meanSquare
    const explainedVariance = variance > 0 ? 1 - mse / variance : Number.NaN
    const l0 = exchange.total('active') / rows
    return { loss: mse + aux, mse, aux, l0, dead: this.deadTotal, gradNorm, explainedVariance }
  }
}
