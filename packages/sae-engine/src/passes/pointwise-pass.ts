// Forward and backward pass of the architectures whose activations depend on one pre-activation each: on lists of entries while few
// are above their bounds, else on dense products, chunk by chunk. The first chunk of the batch decides, so that weights and batch alone
// do, and a resumed training takes the same way.

import { chunkSize, DENSE_SHARE, entryCapacity, widestShard } from '../layout/layout.js'
import { encoderBias } from '../plan/parameters.js'
import { chunks, type ShardContext, type StepRequest, type Tokens } from '../shard/context.js'
import type { StepTokens } from '../shard/tokens.js'
import type { Pointwise } from './pointwise.js'
import { accumulate, decode, reconstruct } from './sparse-pass.js'

export class PointwisePass {
  private readonly capacity: number
  private entries = 0

  constructor(
    private readonly c: ShardContext,
    private readonly tokens: StepTokens,
    private readonly pointwise: Pointwise,
  ) {
    this.capacity = entryCapacity(c.layout)
  }

  /** Gradients of W_enc and W_dec but for what comes through the norms. Returns the way it took. */
  async run({ rows }: StepRequest): Promise<'sparse' | 'dense'> {
    this.pointwise.lower(this.c.memory.f32('low', this.c.layout.features))
    if (await this.extract(rows)) {
      this.sparse(rows)
      return 'sparse'
    }
    await this.dense(rows)
    return 'dense'
  }

  /** Lists the entries of the batch; false when they are too many. */
  private async extract(rows: number): Promise<boolean> {
    const { exchange, layout, memory } = this.c
    const size = Math.min(layout.batchSize, chunkSize(widestShard(layout)))
    memory.i32('offset', 1)[0] = 0
    let whole = true
    for (const chunk of chunks(rows, size)) {
      if (whole) whole = await this.extractChunk(chunk)
      if (chunk.first > 0) continue
      exchange.publish('entries', whole ? this.entries : Number.POSITIVE_INFINITY)
      exchange.barrier()
      this.tokens.average()
      const share = exchange.total('entries') / (chunk.count * layout.plan.dSae)
      if ((layout.way ?? (share > DENSE_SHARE ? 'dense' : 'sparse')) === 'dense') return false
    }
    exchange.publish('overflow', whole ? 0 : 1)
    const offset = memory.i32('offset', rows + 1)
    const all = { first: 0, count: rows }
    const sums = whole && this.pointwise.tokenSums(offset, all, exchange.tokenSums(layout.shard, 0, rows))
    exchange.barrier()
    const fits = exchange.total('overflow') === 0
    if (fits && sums) this.pointwise.totals(exchange.totalTokenSums(0, rows), all)
    return fits
  }

  private async extractChunk(chunk: Tokens): Promise<boolean> {
    const { layout, memory } = this.c
    await this.encode(chunk)
    this.c.clock.lap('encode')
    const done = memory.kernels.extractAbove(
      ...([memory.at('pre'), memory.at('low'), chunk.count, layout.features, this.capacity] as const),
      ...([memory.at('offset', chunk.first), memory.at('index'), memory.at('value')] as const),
    )
    this.entries = memory.i32('offset', 1, chunk.first + done)[0]!
    this.c.clock.lap('select')
    return done === chunk.count
  }

  private encode({ first, count }: Tokens): Promise<void> {
    const { layout, products } = this.c
    const { features, wIn, plan } = layout
    return products.timesRows(
      { slot: 'pre', rows: count, columns: features },
      { slot: this.tokens.input, rows: count, columns: wIn, offset: first * wIn },
      { slot: 'W_enc', rows: features, columns: wIn },
      encoderBias(plan),
    )
  }

  private sparse(rows: number): void {
    const { memory } = this.c
    const [begin, end] = [memory.at('offset'), memory.at('offset', 1)]
    this.pointwise.values(this.entries).forEach((values, plane) => {
      decode(this.c, plane, values, rows, begin, end)
    })
    reconstruct(this.c, this.tokens, { first: 0, count: rows }, false)
    const { planes, features } = this.c.layout
    accumulate(this.c, this.tokens.input, rows, {
      parts: Array.from({ length: planes }, (_, plane) => ({
        plane,
        from: 0,
        to: features,
        product: `product${plane}`,
        weight: `weight${plane}`,
      })),
      dPre: 'dPre',
      fill: (start) => this.pointwise.fill(start),
    })
  }

  private async dense(rows: number): Promise<void> {
    const { memory, layout } = this.c
    const { features, wIn, wOut } = layout
    memory.f32('W_enc.g', features * wIn).fill(0)
    memory.f32('W_dec.g', features * wOut).fill(0)
    for (const chunk of chunks(rows, chunkSize(widestShard(layout)))) await this.denseChunk(chunk)
    await this.turn('W_enc.g', wIn)
    await this.turn('W_dec.g', wOut)
    this.c.clock.lap('gradients')
  }

  /** A gradient that was added up as [width, features], into rows of features. */
  private async turn(slot: string, width: number): Promise<void> {
    const { memory, layout, products } = this.c
    const { features } = layout
    await products.turn({ slot: 'turned', rows: features, columns: width }, { slot, rows: width, columns: features })
    memory.f32(slot, features * width).set(memory.f32('turned', features * width))
  }

  private async denseChunk(chunk: Tokens): Promise<void> {
    const { exchange, layout, products } = this.c
    const { features, wIn, wOut, planes, shard, batchSize } = layout
    const { first, count } = chunk
    const entries = (slot: string) => ({ slot, rows: count, columns: features })
    const outputs = (slot: string, plane: number) => ({
      slot,
      rows: count,
      columns: wOut,
      offset: (plane * batchSize + first) * wOut,
    })
    const decoder = { slot: 'W_dec', rows: features, columns: wOut }
    await this.encode(chunk)
    this.c.clock.lap('encode')
    this.pointwise.activate(chunk)
    const sums = this.pointwise.denseTokenSums(chunk, exchange.tokenSums(shard, first, count))
    this.c.clock.lap('select')
    for (let plane = 0; plane < planes; plane++) {
      await products.times(outputs('part', plane), entries(`acts${plane}`), decoder)
    }
    reconstruct(this.c, this.tokens, chunk, false)
    if (sums) this.pointwise.totals(exchange.totalTokenSums(first, count), chunk)
    for (let plane = 0; plane < planes; plane++) {
      await products.timesRows(entries(`dActs${plane}`), outputs('grad', plane), decoder, null)
    }
    this.c.clock.lap('gradients')
    this.pointwise.backward(chunk)
    this.c.clock.lap('backward')
    for (let plane = 0; plane < planes; plane++) {
      const gradient = { slot: 'W_dec.g', rows: wOut, columns: features }
      await products.addOuter(gradient, outputs('grad', plane), entries(`acts${plane}`))
    }
    const h = { slot: this.tokens.input, rows: count, columns: wIn, offset: first * wIn }
    await products.addOuter({ slot: 'W_enc.g', rows: wIn, columns: features }, h, entries('dActs0'))
    this.c.clock.lap('gradients')
  }
}
