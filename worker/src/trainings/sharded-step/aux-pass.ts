// The auxiliary loss of the top-k architectures (Gao et al. 2024): the dead features that come closest to firing explain what the
// reconstruction leaves. Up to half of d_in features per token take part, too many for lists: dense products over the dead rows.
import { chunks, type ShardContext, type StepRequest, type Tokens } from './context.js'
import { auxChunk, auxLimit } from './layout.js'
import type { TopkPlan } from './plan.js'
import type { StepTokens } from './tokens.js'

export class AuxPass {
  constructor(
    private readonly c: ShardContext,
    private readonly plan: TopkPlan,
    private readonly tokens: StepTokens,
  ) {}

  /** Publishes how many own features are dead, by prefix where each has its own loss. Before the first meeting of a step. */
  publishDead(dead: Uint8Array): void {
    this.blocks().forEach(({ from, to }, n) => {
      this.c.exchange.publish(
        `dead${n}`,
        dead.subarray(from, to).reduce((sum, one) => sum + one, 0),
      )
    })
  }

  /** Adds the gradients of the loss to those of W_enc, W_dec and to `inputSums`; publishes the loss. */
  async run({ rows }: StepRequest, dead: Uint8Array, inputSums: Float64Array): Promise<void> {
    const { exchange, layout } = this.c
    const limit = auxLimit(this.plan)
    let loss = 0
    if (limit > 0) {
      const blocks = this.blocks()
      for (const [n, block] of blocks.entries()) {
        const counts = exchange.all(`dead${n}`)
        const total = counts.reduce((sum, count) => sum + count, 0)
        if (total === 0) continue
        const weight = (this.plan.auxCoefficient * Math.min(total / limit, 1)) / rows
        const plane = this.plan.auxPerWidth ? n : layout.planes - 1
        const ids = this.gather(dead, block.from, block.to)
        for (const chunk of chunks(rows, auxChunk(layout, Math.max(...counts)))) {
          await this.choose(chunk, ids.length, counts, Math.min(limit, total))
          loss += weight * (await this.chunk(chunk, ids.length, plane, weight))
          this.addBias(chunk.count, ids, inputSums)
        }
        await this.scatter('W_enc.g', 'deadEncG', layout.wIn, ids)
        await this.scatter('W_dec.g', 'deadDecG', layout.wOut, ids)
      }
    }
    exchange.publish('aux', loss)
    this.c.clock.lap('auxiliary')
  }

  /** Own features of each loss. */
  private blocks(): { from: number; to: number }[] {
    const { first, features } = this.c.layout
    const within = (feature: number) => Math.max(0, Math.min(features, feature - first))
    if (!this.plan.auxPerWidth) return [{ from: 0, to: features }]
    return this.plan.widths.map((to, n) => ({ from: within(n > 0 ? this.plan.widths[n - 1]! : 0), to: within(to) }))
  }

  /** Copies the rows of dead features together. Returns their ids. */
  private gather(dead: Uint8Array, from: number, to: number): Int32Array {
    const { memory, layout } = this.c
    const { wIn, wOut, features } = layout
    const ids = Int32Array.from(dead.keys()).filter((j) => j >= from && j < to && dead[j] === 1)
    memory.i32('deadIds', ids.length).set(ids)
    memory.kernels.gatherRows(memory.at('deadEnc'), memory.at('W_enc'), memory.at('deadIds'), ids.length, wIn)
    memory.kernels.gatherRows(memory.at('deadDec'), memory.at('W_dec'), memory.at('deadIds'), ids.length, wOut)
    const [bias, norm] = [memory.f32('b_enc', features), memory.f32('norm', features)]
    memory.f32('deadBias', ids.length).set(ids.length > 0 ? Float32Array.from(ids, (j) => bias[j]!) : [])
    memory.f32('deadNorm', ids.length).set(Float32Array.from(ids, (j) => (this.plan.rescale ? norm[j]! : 1)))
    memory.f32('deadEncG', ids.length * wIn).fill(0)
    memory.f32('deadDecG', ids.length * wOut).fill(0)
    memory.f32('none', ids.length).fill(0)
    return ids
  }

  /** Leaves in `pre` the pre-activations of the chosen dead features, 0 elsewhere. */
  private async choose({ first, count }: Tokens, own: number, counts: readonly number[], k: number): Promise<void> {
    const { memory, exchange, layout, products } = this.c
    const { wIn, shards, shard } = layout
    if (own > 0) {
      await products.timesRows(
        { slot: 'pre', rows: count, columns: own },
        { slot: this.tokens.input, rows: count, columns: wIn, offset: first * wIn },
        { slot: 'deadEnc', rows: own, columns: wIn },
        'deadBias',
      )
    }
    // No more dead features than the loss may use: all take part.
    if (counts.reduce((sum, dead) => sum + dead, 0) <= k) return
    const { kernels } = memory
    const offered = Math.min(k, own)
    if (own > 0) {
      this.rank(count, own)
      const [top, index] = [memory.at('auxTop'), memory.at('auxIndex')]
      kernels.selectTop(memory.at('acts0'), 0, count, own, offered, k, top, index, memory.at('auxRoom'))
    }
    exchange.values('auxValues', shard, count * k).set(memory.f32('auxTop', count * k))
    exchange.barrier()
    const candidates = memory.f32('auxCandidates', shards * count * k)
    for (let s = 0; s < shards; s++) candidates.set(exchange.values('auxValues', s, count * k), s * count * k)
    memory.i32('auxCounts', shards).set(counts.map((dead) => Math.min(k, dead)))
    const [from, cursor, keep] = [memory.at('auxCandidates'), memory.at('auxCursor'), memory.at('auxKeep')]
    kernels.mergeTopk(from, memory.at('auxCounts'), shards, shard, count, k, k, 0, cursor, keep)
    this.mask(count, own, k)
  }

  /** What dead features are ranked by, into `acts0`. */
  private rank(count: number, own: number): void {
    const { memory } = this.c
    const [to, pre, norm] = [memory.at('acts0'), memory.at('pre'), memory.at('deadNorm')]
    memory.kernels.rankInto(to, pre, norm, count, own, this.plan.signed ? 1 : 0)
  }

  private mask(count: number, own: number, k: number): void {
    const { memory } = this.c
    const [pre, masked] = [memory.f32('pre', count * own), memory.f32('acts0', count * own)]
    const [index, keep] = [memory.i32('auxIndex', count * k), memory.i32('auxKeep', count)]
    masked.fill(0)
    for (let t = 0; t < count; t++) {
      for (let i = 0; i < keep[t]!; i++) {
        const at = t * own + index[t * k + i]!
        masked[at] = pre[at]!
      }
    }
    pre.set(masked)
  }

  /** Reconstruction, error and gradients of one chunk; returns the squared error of the own tokens. */
  private async chunk(tokens: Tokens, own: number, plane: number, weight: number): Promise<number> {
    const { memory, exchange, layout, products } = this.c
    const { wIn, wOut } = layout
    const { first, count } = tokens
    const outputs = (slot: string) => ({ slot, rows: count, columns: wOut, offset: first * wOut })
    const entries = (slot: string) => ({ slot, rows: count, columns: own })
    const decoder = { slot: 'deadDec', rows: own, columns: wOut }
    if (own > 0) await products.times(outputs('part'), entries('pre'), decoder)
    else memory.f32('part', count * wOut, first * wOut).fill(0)
    this.tokens.publish(0, tokens)
    exchange.barrier()
    const squares = this.tokens.auxiliary(plane, weight, tokens)
    exchange.barrier()
    this.tokens.takeGradients(0, tokens)
    if (own === 0) return squares
    await products.timesRows(entries('dActs0'), outputs('grad'), decoder, 'none')
    memory.kernels.keepWhere(memory.at('dActs0'), memory.at('pre'), count * own)
    await products.addOuter({ slot: 'deadDecG', rows: wOut, columns: own }, outputs('grad'), entries('pre'))
    const h = { slot: this.tokens.input, rows: count, columns: wIn, offset: first * wIn }
    await products.addOuter({ slot: 'deadEncG', rows: wIn, columns: own }, h, entries('dActs0'))
    return squares
  }

  private addBias(count: number, ids: Int32Array, inputSums: Float64Array): void {
    const d = this.c.memory.f32('dActs0', count * ids.length)
    for (let t = 0; t < count; t++) {
      for (let i = 0; i < ids.length; i++) inputSums[ids[i]!]! += d[t * ids.length + i]!
    }
  }

  /** Adds the gradients [width, ids] of the dead rows to those of a matrix. */
  private async scatter(to: string, from: string, width: number, ids: Int32Array): Promise<void> {
    if (ids.length === 0) return
    const { memory, products } = this.c
    const rows = ids.length
    await products.turn({ slot: 'turned', rows, columns: width }, { slot: from, rows: width, columns: rows })
    ids.forEach((j, i) => {
      memory.kernels.addInto(memory.at(to, j * width), memory.at('turned', i * width), width)
    })
  }
}
