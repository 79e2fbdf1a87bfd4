// The auxiliary loss of the top-k architectures (Gao et al. 2024): the dead features that come closest to firing explain what the
// reconstruction leaves. Up to half of d_in features per token take part, too many for lists: dense products over the dead rows.

import { auxLimit, deadChunk } from '../layout/layout.js'
import type { TopkPlan } from '../plan/types.js'
import { chunks, type ShardContext, type StepRequest, type Tokens } from '../shard/context.js'
import type { StepTokens } from '../shard/tokens.js'
import { DeadRows } from './dead-rows.js'

export class AuxPass {
  private readonly rows: DeadRows

  constructor(
    private readonly c: ShardContext,
    private readonly plan: TopkPlan,
    private readonly tokens: StepTokens,
  ) {
    this.rows = new DeadRows(c, () => tokens.input)
  }

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
        const ids = this.rows.gather(dead, block.from, block.to)
        for (const chunk of chunks(rows, deadChunk(layout, Math.max(...counts)))) {
          await this.choose(chunk, ids.length, counts, Math.min(limit, total))
          loss += weight * (await this.chunk(chunk, ids.length, plane, weight))
          this.rows.addBias(chunk.count, ids, inputSums)
        }
        await this.rows.scatter(ids)
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

  /** Leaves in `pre` the pre-activations of the chosen dead features, 0 elsewhere. */
  private async choose(chunk: Tokens, own: number, counts: readonly number[], k: number): Promise<void> {
    const { memory, exchange, layout } = this.c
    const { shards, shard } = layout
    const { count } = chunk
    await this.rows.encode(chunk, own)
    // No more dead features than the loss may use: all take part.
    if (counts.reduce((sum, dead) => sum + dead, 0) <= k) return
    const { kernels } = memory
    const offered = Math.min(k, own)
    if (own > 0) {
      this.rank(count, own)
      const [top, index] = [memory.at('auxTop'), memory.at('auxIndex')]
      kernels.selectTop(memory.at('acts0'), 0, 0, count, own, offered, k, top, index, memory.at('auxRoom'))
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
    const norm = this.plan.rescale ? memory.at('deadNorm') : 0
    memory.kernels.rankInto(memory.at('acts0'), memory.at('pre'), norm, count, own, this.plan.signed ? 1 : 0)
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
    const { memory, exchange } = this.c
    await this.rows.decode(tokens, own, 'pre')
    this.tokens.publish(0, tokens)
    exchange.barrier()
    const squares = this.tokens.auxiliary(plane, weight, tokens)
    exchange.barrier()
    this.tokens.takeGradients(0, tokens)
    await this.rows.backward(tokens, own, 'pre', () => {
      memory.kernels.keepWhere(memory.at('dActs0'), memory.at('pre'), tokens.count * own)
    })
    return squares
  }
}
