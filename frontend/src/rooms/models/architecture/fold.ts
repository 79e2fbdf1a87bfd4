// The layers of a model as a reader wants them: runs of identical blocks once with their count, repeating patterns (local, local, global …)
// once with how often they come. Pure.
import type { ModelBlock } from '@mistudio/contracts'

/** Blocks that are put together the same way, at the same place of a pattern. */
export interface BlockGroup {
  readonly block: ModelBlock
  /** How many follow one another each time the pattern comes. */
  readonly run: number
  /** Every layer that is one of these. */
  readonly layers: readonly number[]
}

/** A stretch of layers: its groups in order, `repeats` times. */
export interface Segment {
  readonly first: number
  readonly last: number
  readonly repeats: number
  readonly groups: readonly BlockGroup[]
}

/** Longest pattern that is looked for, in layers. */
const MAX_PERIOD = 8

/** How often `kinds[from, from + period)` follows itself. */
function repeatsAt(kinds: readonly string[], from: number, period: number): number {
  let repeats = 1
  while (from + (repeats + 1) * period <= kinds.length) {
    const start = from + repeats * period
    if (kinds.slice(start, start + period).some((kind, i) => kind !== kinds[from + i])) break
    repeats++
  }
  return repeats
}

/** The pattern that covers most layers from `from` on; the shortest of those. A pattern of its own counts once. */
function bestPattern(kinds: readonly string[], from: number): { period: number; repeats: number } {
  let best = { period: 1, repeats: repeatsAt(kinds, from, 1) }
  for (let period = 2; period <= MAX_PERIOD; period++) {
    const repeats = repeatsAt(kinds, from, period)
    if (repeats > 1 && repeats * period > best.repeats * best.period) best = { period, repeats }
  }
  return best
}

function groupsOf(
  blocks: readonly ModelBlock[],
  kinds: readonly string[],
  from: number,
  period: number,
  repeats: number,
): BlockGroup[] {
  const groups: BlockGroup[] = []
  for (let offset = 0; offset < period; ) {
    const run = Math.min(repeatsAt(kinds, from + offset, 1), period - offset)
    const layers = Array.from({ length: repeats }, (_, repeat) =>
      Array.from({ length: run }, (_, i) => from + repeat * period + offset + i),
    ).flat()
    groups.push({ block: blocks[from + offset]!, run, layers })
    offset += run
  }
  return groups
}

/** Folds the blocks of a model, one per layer, into segments from first to last layer. */
export function foldBlocks(blocks: readonly ModelBlock[]): Segment[] {
  const kinds = blocks.map((block) => JSON.stringify(block))
  const segments: Segment[] = []
  for (let first = 0; first < blocks.length; ) {
    const { period, repeats } = bestPattern(kinds, first)
    const count = period * repeats
    const groups =
      period === 1
        ? [{ block: blocks[first]!, run: count, layers: Array.from({ length: count }, (_, i) => first + i) }]
        : groupsOf(blocks, kinds, first, period, repeats)
    segments.push({ first, last: first + count - 1, repeats: period === 1 ? 1 : repeats, groups })
    first += count
  }
  return segments
}
