// A bump allocator over one WebAssembly memory: places are handed out once, zeroed, and never freed.
import type { Pointer } from './kernels.js'
import { type KernelMemory, Memory } from './wasm.js'

const PAGE = 65_536
/** The first page belongs to the compiled module. */
const FIRST = PAGE
const ALIGNMENT = 64
/** WebAssembly addresses 4 GiB. */
export const MAX_MEMORY_BYTES = 65_536 * PAGE

/** A place to be allocated: `count` elements of 4 bytes (f32, i32) or 8 bytes (f64). */
export interface Slot {
  readonly bytes: number
}
export const floats = (count: number): Slot => ({ bytes: count * 4 })
export const doubles = (count: number): Slot => ({ bytes: count * 8 })

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/** Bytes a memory needs for these slots. */
export function memoryBytes(slots: Readonly<Record<string, Slot>>): number {
  return Object.values(slots).reduce((sum, slot) => sum + aligned(slot.bytes), FIRST)
}

/**
 * A memory that holds every slot, with the offset of each.
 * @throws RangeError when the slots exceed the 4 GiB a WebAssembly memory can address.
 */
export function allocate<K extends string>(
  slots: Readonly<Record<K, Slot>>,
): { memory: KernelMemory; at: Readonly<Record<K, Pointer>> } {
  const bytes = memoryBytes(slots)
  if (bytes > MAX_MEMORY_BYTES) {
    throw new RangeError(
      `One thread would need ${(bytes / 2 ** 30).toFixed(1)} GiB, more than the 4 GiB it can address. Use more threads or a smaller SAE or batch.`,
    )
  }
  const memory = new Memory({ initial: Math.ceil(bytes / PAGE), maximum: 65_536 })
  const at = {} as Record<K, Pointer>
  let offset = FIRST
  for (const name of Object.keys(slots) as K[]) {
    at[name] = offset
    offset += aligned(slots[name].bytes)
  }
  return { memory, at }
}
