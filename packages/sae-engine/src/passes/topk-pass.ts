// Forward and backward pass of the top-k architectures: an exact selection over all shards, then lists of entries.

import { batchLimit, chunkSize, firstFeature } from '../layout/layout.js'
import type { TopkPlan } from '../plan/types.js'
import { chunks, type ShardContext, type StepRequest } from '../shard/context.js'
import type { StepTokens } from '../shard/tokens.js'
import { selectOfBatch } from './select-batch.js'
import { accumulate, decode, type GradientPart, reconstruct } from './sparse-pass.js'

export class TopkPass {
  /** Reconstruction (prefix) that each own feature belongs to first. */
  private readonly blockOf: Uint8Array
  private readonly parts: readonly GradientPart[]
  readonly fired: Float64Array
  readonly inputSums: Float64Array

  constructor(
    private readonly c: ShardContext,
    private readonly plan: TopkPlan,
    private readonly tokens: StepTokens,
  ) {
    const { features, first } = c.layout
    this.blockOf = Uint8Array.from({ length: features }, (_, j) => plan.widths.findIndex((width) => first + j < width))
    const owned = (plane: number) => this.blockOf.filter((block) => block < plane).length
    this.parts = Array.from({ length: c.layout.planes }, (_, plane) => ({
      plane,
      from: owned(plane),
      to: owned(plane + 1),
      product: 'product0',
      weight: 'sorted',
    })).filter(({ from, to }) => from < to)
    this.fired = new Float64Array(features)
    this.inputSums = new Float64Array(features)
  }

  /** Gradients of all but the auxiliary loss. */
  async run({ rows }: StepRequest): Promise<void> {
    const { memory, exchange, layout } = this.c
    const entries = this.plan.over === 'token' ? await this.selectPerToken(rows) : await this.selectBatch(rows)
    exchange.publish('active', entries)
    this.c.clock.lap('merge')
    const { planes } = layout
    if (planes === 1) decode(this.c, 0, 'value', rows, memory.at('offset'), memory.at('offset', 1))
    else this.decodeBlocks(rows)
    reconstruct(this.c, this.tokens, { first: 0, count: rows }, true)
    // What is decoded is the chosen pre-activation before rescaling, so its gradient is that of the activation.
    accumulate(this.c, this.tokens.input, rows, {
      parts: this.parts,
      dPre: 'product0',
      fill: (start) => this.sum(start),
    })
    memory.f32('b_enc.g', layout.features).set(this.inputSums)
  }

  /** Firings and bias gradients. */
  private sum(start: Int32Array): void {
    const { features } = this.c.layout
    const product = this.c.memory.f32('product0', start[features]!)
    for (let j = 0; j < features; j++) {
      let sum = 0
      for (let i = start[j]!; i < start[j + 1]!; i++) sum += product[i]!
      this.inputSums[j] = sum
      this.fired[j] = start[j + 1]! - start[j]!
    }
  }

  /** Pre-activations chunk by chunk; without their bias where `work` adds it, which costs the product less. */
  private async encode(
    rows: number,
    bias: 'b_enc' | null,
    work: (first: number, count: number) => void,
  ): Promise<void> {
    const { layout, products } = this.c
    const { features, wIn } = layout
    for (const { first, count } of chunks(rows, chunkSize(features))) {
      await products.timesRows(
        { slot: 'pre', rows: count, columns: features },
        { slot: this.tokens.input, rows: count, columns: wIn, offset: first * wIn },
        { slot: 'W_enc', rows: features, columns: wIn },
        bias,
      )
      this.c.clock.lap('encode')
      work(first, count)
      this.c.clock.lap('select')
    }
  }

  /** Own candidates of every token, then those among the k largest of all shards, as entries. Returns how many. */
  private async selectPerToken(rows: number): Promise<number> {
    const { memory, exchange, layout } = this.c
    const { kernels } = memory
    const { features, shards, shard } = layout
    const { k, signed, rescale, dSae } = this.plan
    const own = Math.min(k, features)
    await this.encode(rows, signed ? 'b_enc' : null, (first, count) => {
      const [values, index] = [memory.at('top', first * k), memory.at('topIndex', first * k)]
      if (signed) this.magnitudes(count)
      const scale = rescale && !signed ? memory.at('norm') : 0
      kernels.selectTop(
        memory.at(signed ? 'acts0' : 'pre'),
        signed ? 0 : memory.at('b_enc'),
        scale,
        count,
        features,
        own,
        k,
        values,
        index,
        memory.at('room'),
      )
      if (signed) this.restoreSigns(first, count, own)
    })
    exchange.values('values', shard, rows * k).set(memory.f32('top', rows * k))
    exchange.barrier()
    this.tokens.average()
    const candidates = memory.f32('candidates', shards * rows * k)
    const counts = memory.i32('counts', shards)
    for (let s = 0; s < shards; s++) {
      candidates.set(exchange.values('values', s, rows * k), s * rows * k)
      counts[s] = Math.min(k, firstFeature(dSae, shards, s + 1) - firstFeature(dSae, shards, s))
    }
    const [from, cursor, keep] = [memory.at('candidates'), memory.at('cursor'), memory.at('keep')]
    kernels.mergeTopk(from, memory.at('counts'), shards, shard, rows, k, k, 1, cursor, keep)
    return this.listKept(rows, own)
  }

  /** |pre · norm| of a chunk, into `acts0`. */
  private magnitudes(count: number): void {
    const { memory, layout } = this.c
    const norm = this.plan.rescale ? memory.at('norm') : 0
    memory.kernels.rankInto(memory.at('acts0'), memory.at('pre'), norm, count, layout.features, 1)
  }

  /** Keeps the chosen pre-activations themselves, whose sign the ranking lost, in `sorted`. */
  private restoreSigns(first: number, count: number, own: number): void {
    const { memory, layout } = this.c
    const { k } = this.plan
    const [pre, index] = [memory.f32('pre', count * layout.features), memory.i32('topIndex', count * k, first * k)]
    const signed = memory.f32('sorted', count * own, first * own)
    for (let t = 0; t < count; t++) {
      for (let i = 0; i < own; i++) signed[t * own + i] = pre[t * layout.features + index[t * k + i]!]!
    }
  }

  private listKept(rows: number, own: number): number {
    const { memory, layout } = this.c
    const { k, signed, rescale } = this.plan
    const [top, topIndex] = [memory.f32('top', rows * k), memory.i32('topIndex', rows * k)]
    const [keep, offset] = [memory.i32('keep', rows), memory.i32('offset', rows + 1)]
    const [index, value] = [memory.i32('index', rows * own), memory.f32('value', rows * own)]
    const restored = memory.f32('sorted', rows * own)
    const inverse = rescale ? memory.f32('inverse', layout.features) : null
    let n = 0
    for (let t = 0; t < rows; t++) {
      offset[t] = n
      for (let i = 0; i < keep[t]!; i++) {
        const j = topIndex[t * k + i]!
        index[n] = j
        value[n++] = signed ? restored[t * own + i]! : top[t * k + i]! * (inverse ? inverse[j]! : 1)
      }
    }
    offset[rows] = n
    return n
  }

  private async selectBatch(rows: number): Promise<number> {
    const { memory } = this.c
    const { features } = this.c.layout
    const { k, rescale } = this.plan
    const limit = batchLimit(k, rows)
    const capacity = 2 * batchLimit(k, this.c.layout.batchSize) + features
    memory.i32('state', 4).fill(0)
    await this.encode(rows, 'b_enc', (first, count) =>
      memory.kernels.collectLargest(
        ...([memory.at('pre'), rescale ? memory.at('norm') : 0, count, features, first, limit, capacity] as const),
        ...([
          memory.at('state'),
          memory.at('held'),
          memory.at('heldToken'),
          memory.at('heldIndex'),
          memory.at('room'),
        ] as const),
      ),
    )
    return selectOfBatch(this.c, limit, rows, rescale, () => this.tokens.average())
  }

  /** One part per prefix; the entries of a token ascend in their feature. */
  private decodeBlocks(rows: number): void {
    const { memory, layout } = this.c
    const offset = memory.i32('offset', rows + 1)
    const index = memory.i32('index', offset[rows]!)
    const bounds = memory.i32('bounds', (layout.planes + 1) * rows)
    for (let t = 0; t < rows; t++) {
      let i = offset[t]!
      for (let plane = 0; plane < layout.planes; plane++) {
        bounds[plane * rows + t] = i
        while (i < offset[t + 1]! && this.blockOf[index[i]!] === plane) i++
      }
      bounds[layout.planes * rows + t] = offset[t + 1]!
    }
    for (let plane = 0; plane < layout.planes; plane++) {
      decode(this.c, plane, 'value', rows, memory.at('bounds', plane * rows), memory.at('bounds', (plane + 1) * rows))
    }
  }
}
