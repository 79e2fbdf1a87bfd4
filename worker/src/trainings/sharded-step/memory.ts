// A shard's own memory: the kernels and typed views of its slots.
import { allocate, type Kernels, loadKernels } from '@mistudio/kernels'
import { type ShardLayout, shardSlots } from './layout.js'

export type SlotName = keyof ReturnType<typeof shardSlots>

export class ShardMemory {
  readonly kernels: Kernels
  /** Byte offsets for the kernels. */
  readonly at: Readonly<Record<SlotName, number>>
  private readonly buffer: ArrayBuffer

  /** @throws RangeError when the shard exceeds what one thread can address. */
  constructor(layout: ShardLayout) {
    const { memory, at } = allocate(shardSlots(layout))
    this.at = at
    this.buffer = memory.buffer
    this.kernels = loadKernels(memory)
  }

  f32(name: SlotName, count: number, offset = 0): Float32Array {
    return new Float32Array(this.buffer, this.at[name] + offset * 4, count)
  }

  i32(name: SlotName, count: number, offset = 0): Int32Array {
    return new Int32Array(this.buffer, this.at[name] + offset * 4, count)
  }

  f64(name: SlotName, count: number): Float64Array {
    return new Float64Array(this.buffer, this.at[name], count)
  }
}
