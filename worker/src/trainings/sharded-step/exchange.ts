// What shards share: arrays in SharedArrayBuffers and a barrier. ONNX Runtime refuses shared memory, hence the copies into and out of it.
import { exchangeBytes, SCALARS, type Scalar, type ShardLayout } from './layout.js'

export type ExchangeBuffers = Readonly<Record<keyof ReturnType<typeof exchangeBytes>, SharedArrayBuffer>>

export function createExchange(layout: ShardLayout): ExchangeBuffers {
  const sizes = exchangeBytes(layout)
  const entries = Object.entries(sizes).map(([name, bytes]) => [name, new SharedArrayBuffer(bytes)])
  return Object.fromEntries(entries) as ExchangeBuffers
}

/** Loads before a waiting thread goes to sleep: phases are short, waking up costs tens of microseconds. */
const SPINS = 4000
const ARRIVED = 0
const GENERATION = 1
const FINISHED = 2

/** One shard's view of the exchange. */
export class Exchange {
  /** [batch, width]. */
  readonly x: Float32Array
  private readonly control: Int32Array
  private readonly scalars: Float64Array

  constructor(
    private readonly buffers: ExchangeBuffers,
    private readonly layout: ShardLayout,
  ) {
    this.x = new Float32Array(buffers.x)
    this.control = new Int32Array(buffers.control)
    this.scalars = new Float64Array(buffers.scalars)
  }

  /** Shard `shard`'s part of an array that holds `count` floats per shard. */
  plane(name: 'parts' | 'values' | 'auxParts' | 'auxValues', shard: number, count: number): Float32Array {
    const stride = this.buffers[name].byteLength / this.layout.shards
    return new Float32Array(this.buffers[name], shard * stride, count)
  }

  /** Column sums of `what` by `shard`, [width] doubles. */
  vector(what: 'error' | 'input' | 'bias', shard: number): Float64Array {
    const { width } = this.layout
    const at = shard * 3 + ['error', 'input', 'bias'].indexOf(what)
    return new Float64Array(this.buffers.vectors, at * width * 8, width)
  }

  publish(scalar: Scalar, value: number): void {
    this.scalars[this.layout.shard * SCALARS.length + SCALARS.indexOf(scalar)] = value
  }

  /** Sum over shards, in shard order, so that every shard gets the same bits. */
  total(scalar: Scalar): number {
    let sum = 0
    for (let s = 0; s < this.layout.shards; s++) sum += this.scalars[s * SCALARS.length + SCALARS.indexOf(scalar)]!
    return sum
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
    for (let i = 0; i < SPINS; i++) if (Atomics.load(this.control, GENERATION) !== generation) return
    while (Atomics.load(this.control, GENERATION) === generation) Atomics.wait(this.control, GENERATION, generation)
  }

  /** True for the last shard to finish a step. */
  finish(): boolean {
    if (Atomics.add(this.control, FINISHED, 1) + 1 < this.layout.shards) return false
    Atomics.store(this.control, FINISHED, 0)
    return true
  }
}
