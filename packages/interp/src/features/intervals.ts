// Examples sampled by strength in one pass, before the largest activation is known: a uniform sample of the firing tokens in each of equal
// intervals from zero up. Intervals grow like the bins of a histogram (histogram.ts): when a value exceeds their range R, R doubles and
// neighbours become one, with a uniform sample of both.

import { uniform } from '../random/counter.js'
import type { ExampleStore, Firing, StoredExample } from './examples.js'
import type { GroupedExample } from './quantiles.js'
import type { Window } from './window.js'

/** Firings of one interval [from, to) of activations; the last one holds the largest. */
export interface Interval {
  readonly from: number
  readonly to: number
  readonly firings: number
}

/** Stream of draws that decide between two intervals that become one; tells them from those of single tokens. */
const MERGES = 0x6d657267

export class IntervalExamples {
  /** R per feature [d_sae], a power of two above every value; 0 without values. */
  readonly ranges: Float64Array
  /** Firings per interval [d_sae, intervals]. */
  readonly counts: Float64Array
  /** Slots in use per interval [d_sae, intervals]; an interval has `share` slots of the store, one after another. */
  readonly filled: Uint16Array
  readonly share: number

  /** `store`: with a multiple of `intervals` slots. */
  constructor(
    readonly store: ExampleStore,
    readonly intervals: number,
    readonly seed: number,
  ) {
    this.share = store.slots / intervals
    this.ranges = new Float64Array(store.dSae)
    this.counts = new Float64Array(store.dSae * intervals)
    this.filled = new Uint16Array(store.dSae * intervals)
  }

  /** Of what is held beside the store. */
  static bytes(dSae: number, intervals: number): number {
    return dSae * (8 + 10 * intervals)
  }

  /** Offers every token of a firing by itself. `nth`: firing tokens of this feature before them. */
  offer(feature: number, nth: number, firing: Firing, window: (position: number) => Window): void {
    for (let i = firing.from; i < firing.to; i++) {
      const value = firing.values[i]!
      while (value >= this.ranges[feature]!) this.widen(feature, value)
      const interval = Math.floor((value * this.intervals) / this.ranges[feature]!)
      const at = feature * this.intervals + interval
      const before = this.counts[at]!++
      const slot = this.slotFor(feature, at, before, nth + i - firing.from)
      if (slot === null) continue
      const position = firing.positions[i]!
      this.store.write(feature, interval * this.share + slot, { ...firing, position, value }, window(position))
    }
  }

  /** Intervals from zero to the one with the largest activation, and the examples of each, strongest first. */
  of(feature: number): { readonly intervals: Interval[]; readonly examples: GroupedExample[] } {
    const { intervals: n, share } = this
    const base = feature * n
    const last = this.counts.subarray(base, base + n).findLastIndex((count) => count > 0)
    const width = this.ranges[feature]! / n
    const intervals = Array.from({ length: last + 1 }, (_, g) => ({
      from: g * width,
      to: (g + 1) * width,
      firings: this.counts[base + g]!,
    }))
    const examples = intervals.flatMap((_, group) =>
      Array.from(
        { length: this.filled[base + group]! },
        (_, slot): StoredExample => this.store.get(feature, group * share + slot),
      ).map((example) => ({ ...example, group })),
    )
    return { intervals, examples: examples.sort((a, b) => b.value - a.value || a.context - b.context) }
  }

  /** Algorithm R of one interval: the slot that a token takes, or null. */
  private slotFor(feature: number, at: number, before: number, nth: number): number | null {
    const filled = this.filled[at]!
    if (filled < this.share) {
      this.filled[at] = filled + 1
      return filled
    }
    const slot = Math.floor(uniform(this.seed, feature, nth) * (before + 1))
    return slot < this.share ? slot : null
  }

  private widen(feature: number, value: number): void {
    const range = this.ranges[feature]!
    if (range === 0) {
      let power = 2 ** Math.floor(Math.log2(value))
      while (power <= value) power *= 2
      this.ranges[feature] = power
      return
    }
    this.ranges[feature] = range * 2
    const { intervals: n } = this
    for (let into = 0; into < n; into++) this.merge(feature, into, 2 * into, 2 * into + 1)
  }

  /** Interval `into` becomes `first` and `second` together (none beyond the last): each slot from one of them, by their firings left. */
  private merge(feature: number, into: number, first: number, second: number): void {
    const { intervals: n, counts, filled, share, store } = this
    const base = feature * n
    const count = (interval: number): number => (interval < n ? counts[base + interval]! : 0)
    const held = (interval: number): StoredExample[] =>
      Array.from({ length: interval < n ? filled[base + interval]! : 0 }, (_, slot) =>
        store.get(feature, interval * share + slot),
      )
    const pools = { left: held(first), right: held(second) }
    const rest = { left: count(first), right: count(second) }
    const total = rest.left + rest.right
    const kept: StoredExample[] = []
    // Draws are addressed by the range, which no feature has twice, and by the slot.
    const stream = (Math.round(Math.log2(this.ranges[feature]!)) + 1100) * 2 * store.slots
    while (kept.length < Math.min(share, total)) {
      const draw = stream + 2 * (into * share + kept.length)
      const side = uniform(this.seed ^ MERGES, feature, draw) * (rest.left + rest.right) < rest.left ? 'left' : 'right'
      rest[side]--
      const at = Math.floor(uniform(this.seed ^ MERGES, feature, draw + 1) * pools[side].length)
      kept.push(...pools[side].splice(at, 1))
    }
    for (const [slot, example] of kept.entries()) store.put(feature, into * share + slot, example)
    counts[base + into] = total
    filled[base + into] = kept.length
  }
}
