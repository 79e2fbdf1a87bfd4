// What shards share: arrays in SharedArrayBuffers and a barrier. ONNX Runtime refuses shared memory, hence the copies into and out of it.
import { exchangeBytes, type ShardLayout, scalarNames } from '../layout/layout.js'

export type ExchangeBuffers = Readonly<Record<keyof ReturnType<typeof exchangeBytes>, SharedArrayBuffer>>

export function createExchange(layout: ShardLayout): ExchangeBuffers {
  const entries = Object.entries(exchangeBytes(layout)).map(([name, bytes]) => [name, new SharedArrayBuffer(bytes)])
  return Object.fromEntries(entries) as ExchangeBuffers
}

/** Loads before a waiting thread goes to sleep: phases are short, waking up costs tens of microseconds. */
const SPINS = 4000
const [ARRIVED, GENERATION, FINISHED] = [0, 1, 2]
const VECTORS = ['output', 'target', 'input'] as const

/** One shard's view of the exchange. */
export class Exchange {
  /** Milliseconds spent waiting for other shards. */
  waited = 0
  private readonly control: Int32Array
  private readonly scalars: Float64Array
  private readonly names: readonly string[]

  constructor(
    private readonly buffers: ExchangeBuffers,
    private readonly layout: ShardLayout,
  ) {
    this.control = new Int32Array(buffers.control)
    this.scalars = new Float64Array(buffers.scalars)
    this.names = scalarNames(layout)
  }

  /** The first `count` floats of the batch or its target. */
  input(name: 'x' | 'target', count: number, offset = 0): Float32Array {
    return new Float32Array(this.buffers[name], offset * 4, count)
  }

  /** Part of reconstruction `plane` by `shard`: `count` floats from the float `offset` of [batch, wOut]. */
  part(shard: number, plane: number, offset: number, count: number): Float32Array {
    const { batchSize, wOut, planes } = this.layout
    return new Float32Array(this.buffers.parts, ((shard * planes + plane) * batchSize * wOut + offset) * 4, count)
  }

  /** Gradient of reconstruction `plane`, as `part`. */
  grad(plane: number, offset: number, count: number): Float32Array {
    const { batchSize, wOut } = this.layout
    return new Float32Array(this.buffers.grads, (plane * batchSize * wOut + offset) * 4, count)
  }

  /** The values that `shard` offers for a selection. */
  values(name: 'values' | 'auxValues', shard: number, count: number): Float32Array {
    return new Float32Array(this.buffers[name], (shard * this.buffers[name].byteLength) / this.layout.shards, count)
  }

  /** Tokens and features of values that `shard` offers, in pairs. */
  places(shard: number, count: number): Int32Array {
    return new Int32Array(this.buffers.places, (shard * this.buffers.places.byteLength) / this.layout.shards, 2 * count)
  }

  /** A number per token by `shard`. */
  tokenSums(shard: number, first: number, count: number): Float64Array {
    return new Float64Array(this.buffers.tokenSums, (shard * this.layout.batchSize + first) * 8, count)
  }

  /** Sum over shards of the numbers of each token. */
  totalTokenSums(first: number, count: number): Float64Array {
    const sums = this.tokenSums(0, first, count).slice()
    for (let s = 1; s < this.layout.shards; s++)
      for (const [t, value] of this.tokenSums(s, first, count).entries()) sums[t]! += value
    return sums
  }

  /** Column sums by `shard`, doubles. */
  vector(what: (typeof VECTORS)[number], shard: number): Float64Array {
    const width = Math.max(this.layout.wIn, this.layout.wOut)
    return new Float64Array(this.buffers.vectors, (shard * VECTORS.length + VECTORS.indexOf(what)) * width * 8, width)
  }

  publish(scalar: string, value: number): void {
    this.scalars[this.layout.shard * this.names.length + this.names.indexOf(scalar)] = value
  }

  of(scalar: string, shard: number): number {
    return this.scalars[shard * this.names.length + this.names.indexOf(scalar)]!
  }

  all(scalar: string): number[] {
    return Array.from({ length: this.layout.shards }, (_, shard) => this.of(scalar, shard))
  }

  /** Sum over shards, in shard order, so that every shard gets the same bits. */
  total(scalar: string): number {
    return this.all(scalar).reduce((sum, value) => sum + value, 0)
  }

  /** Waits until every shard is here; what was written before is then visible to all. */
  barrier(): void {
    const { shards } = this.layout
    const generation = Atomics.load(this.control, GENERATION)
    if (Atomics.add(this.control, ARRIVED, 1) + 1 === shards) {
      Atomics.store(this.control, ARRIVED, 0)
      Atomics.add(this.control, GENERATION, 1)
      Atomics.notify(this.control, GENERATION)
      return
    }
    const began = performance.now()
    for (let i = 0; i < SPINS && Atomics.load(this.control, GENERATION) === generation; i++);
    while (Atomics.load(this.control, GENERATION) === generation) Atomics.wait(this.control, GENERATION, generation)
    this.waited += performance.now() - began
  }

  /** True for the last shard to finish a step. */
  finish(): boolean {
    if (Atomics.add(this.control, FINISHED, 1) + 1 < this.layout.shards) return false
    Atomics.store(this.control, FINISHED, 0)
    return true
  }
}
