// Flat storage of example windows (a fixed number of slots per feature) and the two ways to fill it: the strongest
// contexts and a uniform sample of the firing contexts.
import { uniform } from '../random/counter.js'
import type { Window } from './window.js'

/** One stored example: the window [start, start + activations.length) of a context with its peak at `position`. */
export interface StoredExample {
  readonly context: number
  /** Position of the peak in the context. */
  readonly position: number
  /** Index of the peak within the window: start = position - peak. */
  readonly peak: number
  /** Activation at the peak. */
  readonly value: number
  /** This feature's activation on every token of the window. */
  readonly activations: Float32Array
}

/** The firings of one feature in one context, with the peak: the largest value, the earliest of equals. */
export interface Firing {
  readonly context: number
  readonly position: number
  readonly value: number
  /** Entries [from, to) of `positions` and `values` belong to this feature and context. */
  readonly positions: Int32Array
  readonly values: Float32Array
  readonly from: number
  readonly to: number
}

export class ExampleStore {
  /** Slots in use [d_sae]. */
  readonly filled: Uint16Array
  /** [d_sae, slots] each. */
  readonly value: Float32Array
  readonly context: Int32Array
  readonly position: Int32Array
  readonly peak: Uint16Array
  readonly length: Uint16Array
  /** [d_sae, slots, width]; pages that are never written cost no memory. */
  readonly activations: Float32Array

  constructor(
    readonly dSae: number,
    readonly slots: number,
    /** Tokens a window may have at most. */
    readonly width: number,
  ) {
    const n = dSae * slots
    this.filled = new Uint16Array(dSae)
    this.value = new Float32Array(n)
    this.context = new Int32Array(n)
    this.position = new Int32Array(n)
    this.peak = new Uint16Array(n)
    this.length = new Uint16Array(n)
    this.activations = new Float32Array(n * width)
  }

  static bytes(dSae: number, slots: number, width: number): number {
    return dSae * (2 + slots * (4 + 4 + 4 + 2 + 2 + 4 * width))
  }

  /** Writes a firing with its window into a slot, replacing what was there. */
  write(feature: number, slot: number, firing: Firing, window: Window): void {
    const at = feature * this.slots + slot
    this.value[at] = firing.value
    this.context[at] = firing.context
    this.position[at] = firing.position
    this.peak[at] = firing.position - window.start
    this.length[at] = window.end - window.start
    const base = at * this.width
    this.activations.fill(0, base, base + this.width)
    for (let i = firing.from; i < firing.to; i++) {
      const position = firing.positions[i]!
      if (position >= window.start && position < window.end) {
        this.activations[base + position - window.start] = firing.values[i]!
      }
    }
  }

  /** Examples of one feature in descending order of value, equal values by context. Windows are copies. */
  sorted(feature: number): StoredExample[] {
    const first = feature * this.slots
    const examples = Array.from({ length: this.filled[feature]! }, (_, slot) => this.read(first + slot))
    return examples.sort((a, b) => b.value - a.value || a.context - b.context)
  }

  /** A copy of what a slot holds. */
  get(feature: number, slot: number): StoredExample {
    return this.read(feature * this.slots + slot)
  }

  /** Puts a copied example into a slot. */
  put(feature: number, slot: number, example: StoredExample): void {
    const at = feature * this.slots + slot
    this.value[at] = example.value
    this.context[at] = example.context
    this.position[at] = example.position
    this.peak[at] = example.peak
    this.length[at] = example.activations.length
    this.activations.set(example.activations, at * this.width)
  }

  private read(at: number): StoredExample {
    const base = at * this.width
    return {
      context: this.context[at]!,
      position: this.position[at]!,
      peak: this.peak[at]!,
      value: this.value[at]!,
      activations: this.activations.slice(base, base + this.length[at]!),
    }
  }
}

/**
 * Keeps the `slots` contexts with the largest peak per feature, at most one example per context; of equal values the
 * lower context number stays. The result does not depend on the order in which contexts are read.
 */
export class TopExamples {
  /** Slot that would leave first [d_sae]; meaningful when all slots are filled. */
  private readonly weakest: Uint16Array

  constructor(readonly store: ExampleStore) {
    this.weakest = new Uint16Array(store.dSae)
    for (let feature = 0; feature < store.dSae; feature++) this.findWeakest(feature)
  }

  static bytes(dSae: number, slots: number, width: number): number {
    return ExampleStore.bytes(dSae, slots, width) + 2 * dSae
  }

  /** Recomputes what is derived from the store, after its arrays were restored. */
  refresh(): void {
    for (let feature = 0; feature < this.store.dSae; feature++) this.findWeakest(feature)
  }

  offer(feature: number, firing: Firing, window: (position: number) => Window): void {
    const { store } = this
    const filled = store.filled[feature]!
    if (filled < store.slots) {
      store.write(feature, filled, firing, window(firing.position))
      store.filled[feature] = filled + 1
      if (filled + 1 === store.slots) this.findWeakest(feature)
      return
    }
    const slot = this.weakest[feature]!
    const at = feature * store.slots + slot
    const worst = store.value[at]!
    if (firing.value < worst || (firing.value === worst && firing.context > store.context[at]!)) return
    store.write(feature, slot, firing, window(firing.position))
    this.findWeakest(feature)
  }

  private findWeakest(feature: number): void {
    const { store } = this
    const first = feature * store.slots
    let weakest = first
    for (let at = first + 1; at < first + store.filled[feature]!; at++) {
      const difference = store.value[at]! - store.value[weakest]!
      if (difference < 0 || (difference === 0 && store.context[at]! > store.context[weakest]!)) weakest = at
    }
    this.weakest[feature] = weakest - first
  }
}

/**
 * Uniform sample without replacement of the contexts in which a feature fires (reservoir sampling, Vitter 1985,
 * algorithm R): after n firing contexts each is held with probability slots / n. Draws are addressed by (seed, feature,
 * n), see `random.ts`.
 */
export class SampledExamples {
  constructor(
    readonly store: ExampleStore,
    readonly seed: number,
  ) {}

  /** @param nth how many firing contexts of this feature came before (0 for the first). */
  offer(feature: number, nth: number, firing: Firing, window: (position: number) => Window): void {
    const { store } = this
    if (nth < store.slots) {
      store.write(feature, nth, firing, window(firing.position))
      store.filled[feature] = nth + 1
      return
    }
    const slot = Math.floor(uniform(this.seed, feature, nth) * (nth + 1))
    if (slot < store.slots) store.write(feature, slot, firing, window(firing.position))
  }
}
