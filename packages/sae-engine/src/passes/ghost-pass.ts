// Ghost gradients in shards (formulas and sources: ghost.ts of the training reference): dead features, through an exponential, explain
// what the reconstruction leaves. After the main pass, chunk by chunk over the dead rows.
import { GHOST_LIMIT } from '@mistudio/interp/step'
import { deadChunk } from '../layout/layout.js'
import { chunks, type ShardContext, type StepRequest, type Tokens } from '../shard/context.js'
import type { StepTokens } from '../shard/tokens.js'
import { DeadRows } from './dead-rows.js'

export class GhostPass {
  private readonly rows: DeadRows

  constructor(
    private readonly c: ShardContext,
    private readonly tokens: StepTokens,
  ) {
    this.rows = new DeadRows(c, () => tokens.input)
  }

  /** Adds the gradients of the loss to those of W_enc, W_dec and to `inputSums`; publishes the loss. */
  async run({ rows }: StepRequest, dead: Uint8Array, inputSums: Float64Array): Promise<void> {
    const { exchange, layout } = this.c
    const counts = exchange.all('dead')
    let loss = 0
    if (counts.some((count) => count > 0)) {
      const ids = this.rows.gather(dead, 0, layout.features)
      for (const chunk of chunks(rows, deadChunk(layout, Math.max(...counts)))) {
        loss += await this.chunk(chunk, ids.length)
        this.rows.addBias(ids.length > 0 ? chunk.count : 0, ids, inputSums)
      }
      await this.rows.scatter(ids)
    }
    exchange.publish('aux', loss)
    this.c.clock.lap('ghosts')
  }

  /** Returns the loss of the own tokens. */
  private async chunk(chunk: Tokens, own: number): Promise<number> {
    const { exchange } = this.c
    await this.rows.encode(chunk, own)
    this.exponential(chunk.count * own)
    await this.rows.decode(chunk, own, 'acts0')
    this.tokens.publish(0, chunk)
    exchange.barrier()
    const loss = this.tokens.ghosts(chunk)
    exchange.barrier()
    this.tokens.takeGradients(0, chunk)
    await this.rows.backward(chunk, own, 'acts0', () => this.slope(chunk.count * own))
    return loss
  }

  private exponential(count: number): void {
    const { memory } = this.c
    const [pre, acts] = [memory.f32('pre', count), memory.f32('acts0', count)]
    for (let at = 0; at < count; at++) acts[at] = Math.exp(Math.min(pre[at]!, GHOST_LIMIT))
  }

  private slope(count: number): void {
    const { memory } = this.c
    const [pre, acts, d] = [memory.f32('pre', count), memory.f32('acts0', count), memory.f32('dActs0', count)]
    for (let at = 0; at < count; at++) d[at] = pre[at]! < GHOST_LIMIT ? d[at]! * acts[at]! : 0
  }
}
