// What an architecture whose activations depend on one pre-activation each adds to the passes of a shard: from pre-activations to
// activations, and back from their gradients to those of the pre-activations and of the numbers that each feature has.
import type { Tokens } from '../shard/context.js'

/** Everything is over the shard's own features; "products" are gradients of activations, from the gradients of reconstructions. */
export interface Pointwise {
  /** Start of a step, after thresholds were clamped; `dead` marks features. */
  begin(rows: number, coefficient: number, dead: Uint8Array): void
  /** Bounds above which a pre-activation becomes an entry: all others have no activation and no gradient. */
  lower(low: Float32Array): void
  /** Slots of the values that reconstruction 0 (and 1) adds up, one per entry in token order; fills them. */
  values(entries: number): readonly string[]
  /** Numbers per token that all shards must add up before gradients, from entries in token order; false when none are needed. */
  tokenSums(offset: Int32Array, tokens: Tokens, into: Float64Array): boolean
  /** The same from a chunk of activations. */
  denseTokenSums(tokens: Tokens, into: Float64Array): boolean
  /** Their totals over shards. */
  totals(sums: Float64Array, tokens: Tokens): void
  /**
   * Gradients of the entries, which lie feature by feature in `sorted` and `token`, from start[j] on those of feature j; products in
   * `product0` (and 1). Fills `dPre` and the weights of the rows that make up the decoder's gradient, `weight0` (and 1).
   */
  fill(start: Int32Array): void
  /** Activations of a chunk: from `pre` into `acts0` (and 1). */
  activate(tokens: Tokens): void
  /** Gradients of a chunk: from `pre`, `acts`, and products in `dActs0` (and 1), into `dActs0`. */
  backward(tokens: Tokens): void
  /** Gradients of the parameters per feature, losses, firings; returns the gradient by the decoder norms, null when there is none. */
  finish(): { readonly dNorms: Float64Array | null; readonly fired: Float64Array; readonly inputSums: Float64Array }
}
