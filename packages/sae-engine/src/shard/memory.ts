// A shard's own memory: the kernels and typed views of its slots.
import { allocate, type Kernels, loadKernels, type Pointer, type Slot } from '@mistudio/kernels'
import { type ShardLayout, shardSlots } from '../layout/layout.js'

export class ShardMemory {
  readonly kernels: Kernels
  private readonly places: Readonly<Record<string, Pointer>>
  private readonly slots: Readonly<Record<string, Slot>>
  private readonly buffer: ArrayBuffer

  /** @throws RangeError when the shard exceeds what one thread can address. */
  constructor(layout: ShardLayout) {
    this.slots = shardSlots(layout)
    const { memory, at } = allocate(this.slots)
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

  /** @throws Error beyond the slot, as for all views: the next slot's numbers would be overwritten unnoticed. */
  f32(name: string, count: number, offset = 0): Float32Array {
    return new Float32Array(this.buffer, this.within(name, count, offset, 4), count)
  }

  i32(name: string, count: number, offset = 0): Int32Array {
    return new Int32Array(this.buffer, this.within(name, count, offset, 4), count)
  }

  f64(name: string, count: number): Float64Array {
    return new Float64Array(this.buffer, this.within(name, count, 0, 8), count)
  }

  private within(name: string, count: number, offset: number, size: number): Pointer {
    const place = this.at(name, offset)
    if ((offset + count) * size <= this.slots[name]!.bytes) return place
    throw new Error(`${name} of the shard has no ${offset + count} numbers.`)
  }
}
