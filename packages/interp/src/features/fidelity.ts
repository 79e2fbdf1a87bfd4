// How well reconstructions match the activations read: L0 and FVU, summed over tokens in double precision.
import { FeatureDataError } from './errors.js'

export interface Fidelity {
  readonly tokens: number
  /** Mean number of non-zero features per token. */
  readonly l0: number
  /** Fraction of variance unexplained: E‖x − x̂‖² / (E‖x‖² − ‖E x‖²) over all tokens; NaN without variance. */
  readonly fvu: number
}

/** One-pass L0 and FVU (1 − SAELens's `explained_variance`, which takes the mean over all tokens of all batches). */
export class FidelityAccumulator {
  private readonly sums: Float64Array
  /** tokens, firings, sum of ‖x − x̂‖², sum of ‖x‖². */
  private readonly totals = new Float64Array(4)

  constructor(readonly dIn: number) {
    this.sums = new Float64Array(dIn)
  }

  /** Adds one token: row `row` of x and x̂, both [tokens, d_in]. */
  addToken(x: Float32Array, reconstruction: Float32Array, row: number, firings: number): void {
    const base = row * this.dIn
    let error = 0
    let square = 0
    for (let i = 0; i < this.dIn; i++) {
      const value = x[base + i]!
      const difference = value - reconstruction[base + i]!
      error += difference * difference
      square += value * value
      this.sums[i]! += value
    }
    this.totals[0]!++
    this.totals[1]! += firings
    this.totals[2]! += error
    this.totals[3]! += square
  }

  result(): Fidelity {
    const [tokens = 0, firings = 0, error = 0, square = 0] = this.totals
    const meanSquared = this.sums.reduce((sum, value) => sum + (value / tokens) ** 2, 0)
    const variance = square / tokens - meanSquared
    return {
      tokens,
      l0: tokens === 0 ? 0 : firings / tokens,
      fvu: variance > 0 ? error / tokens / variance : Number.NaN,
    }
  }

  /** State for storing: [totals (4), sums (d_in)]. */
  toArray(): Float64Array {
    const state = new Float64Array(4 + this.dIn)
    state.set(this.totals)
    state.set(this.sums, 4)
    return state
  }

  static fromArray(dIn: number, state: Float64Array): FidelityAccumulator {
    if (state.length !== 4 + dIn)
      throw new FeatureDataError(`fidelity state has ${state.length} numbers, not ${4 + dIn}`)
    const accumulator = new FidelityAccumulator(dIn)
    accumulator.totals.set(state.subarray(0, 4))
    accumulator.sums.set(state.subarray(4))
    return accumulator
  }
}
