// The dead features of a shard, their rows copied together: dense products over them, forwards and backwards. What they are to explain
// is the auxiliary loss's (aux-pass.ts) or ghost gradients' (ghost-pass.ts).
import type { ShardContext, Tokens } from '../shard/context.js'

export class DeadRows {
  constructor(
    private readonly c: ShardContext,
    /** Slot of the encoder's input. */
    private readonly input: () => 'x' | 'h',
  ) {}

  /** Copies the rows of own dead features from `from` to `to` together. Returns their ids. */
  gather(dead: Uint8Array, from: number, to: number): Int32Array {
    const { memory, layout } = this.c
    const { wIn, wOut, features } = layout
    const ids = Int32Array.from(dead.keys()).filter((j) => j >= from && j < to && dead[j] === 1)
    memory.i32('deadIds', ids.length).set(ids)
    memory.kernels.gatherRows(memory.at('deadEnc'), memory.at('W_enc'), memory.at('deadIds'), ids.length, wIn)
    memory.kernels.gatherRows(memory.at('deadDec'), memory.at('W_dec'), memory.at('deadIds'), ids.length, wOut)
    const [bias, norm] = [memory.f32('b_enc', features), memory.f32('norm', features)]
    memory.f32('deadBias', ids.length).set(Float32Array.from(ids, (j) => bias[j]!))
    memory.f32('deadNorm', ids.length).set(Float32Array.from(ids, (j) => norm[j]!))
    memory.f32('deadEncG', ids.length * wIn).fill(0)
    memory.f32('deadDecG', ids.length * wOut).fill(0)
    return ids
  }

  /** Pre-activations of a chunk, into `pre` [count, own]. */
  async encode({ first, count }: Tokens, own: number): Promise<void> {
    if (own === 0) return
    const { layout, products } = this.c
    const { wIn } = layout
    await products.timesRows(
      { slot: 'pre', rows: count, columns: own },
      { slot: this.input(), rows: count, columns: wIn, offset: first * wIn },
      { slot: 'deadEnc', rows: own, columns: wIn },
      'deadBias',
    )
  }

  /** What activations [count, own] in a slot reconstruct, into `part`. */
  async decode(chunk: Tokens, own: number, acts: string): Promise<void> {
    const { memory, layout, products } = this.c
    const { wOut } = layout
    const { first, count } = chunk
    if (own === 0) memory.f32('part', count * wOut, first * wOut).fill(0)
    else await products.times(this.outputs('part', chunk), { slot: acts, rows: count, columns: own }, this.decoder(own))
  }

  /**
   * From gradients of the reconstruction in `grad` to those of the dead rows, and of pre-activations in `dActs0`; `slope` turns gradients
   * of activations there into gradients of pre-activations.
   */
  async backward(chunk: Tokens, own: number, acts: string, slope: () => void): Promise<void> {
    if (own === 0) return
    const { layout, products } = this.c
    const { wIn, wOut } = layout
    const { first, count } = chunk
    const entries = (slot: string) => ({ slot, rows: count, columns: own })
    const outputs = this.outputs('grad', chunk)
    await products.timesRows(entries('dActs0'), outputs, this.decoder(own), null)
    slope()
    await products.addOuter({ slot: 'deadDecG', rows: wOut, columns: own }, outputs, entries(acts))
    const h = { slot: this.input(), rows: count, columns: wIn, offset: first * wIn }
    await products.addOuter({ slot: 'deadEncG', rows: wIn, columns: own }, h, entries('dActs0'))
  }

  /** Adds the column sums of `dActs0` [count, ids] to the numbers of these features. */
  addBias(count: number, ids: Int32Array, inputSums: Float64Array): void {
    const d = this.c.memory.f32('dActs0', count * ids.length)
    for (let t = 0; t < count; t++) {
      for (let i = 0; i < ids.length; i++) inputSums[ids[i]!]! += d[t * ids.length + i]!
    }
  }

  /** Adds the gradients of the dead rows to those of W_enc and W_dec. */
  async scatter(ids: Int32Array): Promise<void> {
    const { wIn, wOut } = this.c.layout
    await this.scatterOne('W_enc.g', 'deadEncG', wIn, ids)
    await this.scatterOne('W_dec.g', 'deadDecG', wOut, ids)
  }

  /** From gradients [width, ids]. */
  private async scatterOne(to: string, from: string, width: number, ids: Int32Array): Promise<void> {
    if (ids.length === 0) return
    const { memory, products } = this.c
    const rows = ids.length
    await products.turn({ slot: 'turned', rows, columns: width }, { slot: from, rows: width, columns: rows })
    ids.forEach((j, i) => {
      memory.kernels.addInto(memory.at(to, j * width), memory.at('turned', i * width), width)
    })
  }

  private outputs(slot: string, { first, count }: Tokens) {
    const { wOut } = this.c.layout
    return { slot, rows: count, columns: wOut, offset: first * wOut }
  }

  private decoder(own: number) {
    return { slot: 'deadDec', rows: own, columns: this.c.layout.wOut }
  }
}
