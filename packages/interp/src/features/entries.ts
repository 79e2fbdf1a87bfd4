// Sparse activations of one context, and their regrouping from token order to feature order.
import { FeatureDataError } from './errors.js'

/**
 * Non-zero activations of one context in token order: entry i says that feature `features[i]` has `values[i]` > 0 at
 * `positions[i]`. Only the first `count` entries count.
 */
export interface SparseEntries {
  readonly positions: Int32Array
  readonly features: Int32Array
  readonly values: Float32Array
  readonly count: number
}

/** Reusable room for the entries of one context. */
export class EntryBuffer implements SparseEntries {
  positions: Int32Array
  features: Int32Array
  values: Float32Array
  count = 0

  constructor(capacity: number) {
    this.positions = new Int32Array(capacity)
    this.features = new Int32Array(capacity)
    this.values = new Float32Array(capacity)
  }

  /**
   * Takes one context out of a TopK encoder's result: `values` and `indices` are [tokens, k] row by row, the context is
   * the `length` rows from row `first`. Zeros (fewer than k features fire) are dropped, and so are the positions for
   * which `excluded` says true.
   */
  fromTopk(
    values: Float32Array,
    indices: Int32Array,
    first: number,
    length: number,
    k: number,
    excluded: (position: number) => boolean,
  ): this {
    if ((first + length) * k > values.length || values.length !== indices.length) {
      throw new FeatureDataError(
        `rows ${first}..${first + length} of width ${k} do not fit ${values.length} values and ${indices.length} indices`,
      )
    }
    this.reserve(length * k)
    let n = 0
    for (let position = 0; position < length; position++) {
      if (excluded(position)) continue
      const row = (first + position) * k
      for (let i = row; i < row + k; i++) {
        const value = values[i]!
        if (value === 0) continue
        this.positions[n] = position
        this.features[n] = indices[i]!
        this.values[n] = value
        n++
      }
    }
    this.count = n
    return this
  }

  private reserve(capacity: number): void {
    if (this.values.length >= capacity) return
    this.positions = new Int32Array(capacity)
    this.features = new Int32Array(capacity)
    this.values = new Float32Array(capacity)
  }
}

/**
 * Groups the entries of a context by feature with a counting sort over the features met, keeping token order within
 * each. Cost O(entries), whatever d_sae. After `group`, feature `touched[t]` owns entries `starts[t]` to `starts[t +
 * 1]` (exclusive).
 */
export class FeatureGrouper {
  touched: Int32Array
  starts: Int32Array
  positions: Int32Array
  values: Float32Array
  touchedCount = 0
  private readonly counts: Int32Array

  constructor(readonly dSae: number) {
    this.counts = new Int32Array(dSae)
    this.touched = new Int32Array(0)
    this.starts = new Int32Array(1)
    this.positions = new Int32Array(0)
    this.values = new Float32Array(0)
  }

  /**
   * @throws FeatureDataError for a feature outside d_sae, a position outside the context, positions out of order, or a
   * value that is not finite and positive.
   */
  group(entries: SparseEntries, length: number): void {
    this.reserve(entries.count)
    this.check(entries, length)
    const { counts, touched, starts } = this
    let distinct = 0
    for (let i = 0; i < entries.count; i++) {
      const feature = entries.features[i]!
      if (counts[feature]! === 0) touched[distinct++] = feature
      counts[feature]!++
    }
    let offset = 0
    for (let t = 0; t < distinct; t++) {
      const feature = touched[t]!
      starts[t] = offset
      offset += counts[feature]!
      counts[feature] = starts[t]!
    }
    starts[distinct] = offset
    for (let i = 0; i < entries.count; i++) {
      const at = counts[entries.features[i]!]!++
      this.positions[at] = entries.positions[i]!
      this.values[at] = entries.values[i]!
    }
    for (let t = 0; t < distinct; t++) counts[touched[t]!] = 0
    this.touchedCount = distinct
  }

  private check(entries: SparseEntries, length: number): void {
    let last = 0
    for (let i = 0; i < entries.count; i++) {
      const feature = entries.features[i]!
      const position = entries.positions[i]!
      const value = entries.values[i]!
      if (feature < 0 || feature >= this.dSae) {
        throw new FeatureDataError(`entry ${i}: feature ${feature} is outside 0..${this.dSae - 1}`)
      }
      if (position < last || position >= length) {
        throw new FeatureDataError(`entry ${i}: position ${position} is out of order or outside a context of ${length}`)
      }
      if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
        throw new FeatureDataError(`entry ${i}: activation ${value} of feature ${feature} is not finite and positive`)
      }
      last = position
    }
  }

  private reserve(capacity: number): void {
    if (this.values.length >= capacity) return
    this.touched = new Int32Array(capacity)
    this.starts = new Int32Array(capacity + 1)
    this.positions = new Int32Array(capacity)
    this.values = new Float32Array(capacity)
  }
}
