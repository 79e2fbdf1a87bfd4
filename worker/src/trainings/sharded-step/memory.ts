// A shard's own memory: the kernels and typed views of its slots.
import { allocate, type Kernels, loadKernels, type Pointer } from '@mistudio/kernels'
import { type ShardLayout, shardSlots } from './layout.js'

export class ShardMemory {
  readonly kernels: Kernels
  private readonly places: Readonly<Record<string, Pointer>>
  private readonly buffer: ArrayBuffer

  /** @throws RangeError when the shard exceeds what one thread can address. */
  constructor(layout: ShardLayout) {
    const { memory, at } = allocate(shardSlots(layout))
    this.places = at
    this.buffer = memory.buffer
    this.kernels = loadKernels(memory)
  }

  /** Byte offset of the element `offset` (of 4 bytes) of a slot, for the kernels. */
  at(name: string, offset = 0): Pointer {
    const place = this.places[name]
    if (place === undefined) throw new RangeError(`The shard has no ${name}.`)
    return place + offset * 4
  }

  f32(name: string, count: number, offset = 0): Float32Array {
    return new Float32Array(this.buffer, this.at(name, offset), count)
  }

  i32(name: string, count: number, offset = 0): Int32Array {
    return new Int32Array(this.buffer, this.at(name, offset), count)
  }

  f64(name: string, count: number): Float64Array {
    return new Float64Array(this.buffer, this.at(name), count)
  }
}
