// Sums over the tokens of a chunk that kernels add up per feature in single precision, carried over into double precision.
import type { ShardContext } from '../shard/context.js'

/** Most sums that one kernel makes. */
export const CHUNK_SUMS = 5

/** Runs `work` on zeroed places of [features] floats, one per array of `into`, and adds what it left there to the arrays. */
export function addSums(
  { memory, layout }: ShardContext,
  into: readonly Float64Array[],
  work: (places: readonly number[]) => void,
): void {
  const slots = into.map((_, n) => memory.f32(`sum${n}`, layout.features))
  for (const slot of slots) slot.fill(0)
  work(into.map((_, n) => memory.at(`sum${n}`)))
  slots.forEach((slot, n) => {
    const sums = into[n]!
    for (let j = 0; j < slot.length; j++) sums[j]! += slot[j]!
  })
}
