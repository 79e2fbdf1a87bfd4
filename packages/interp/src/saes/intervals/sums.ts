// Sums over the tokens of one document (or group of documents), from which every figure follows; sums of documents add. Pure.
import type { SparseCode } from '../sparse.js'

/** What one unit adds. Vectors are [d_out]. */
export interface UnitSums {
  /** Positions that count. */
  tokens: number
  /** Σ‖t − t̂‖² of what is to be reconstructed. */
  error: number
  /** Σ‖t‖² and Σ t. */
  squares: number
  readonly sum: Float64Array
  /** Σ (1 − ‖t − t̂‖² / ‖t − mean of the batch‖²). */
  legacy: number
  /** Activations ≠ 0. */
  active: number
  /** Σ‖x‖ of what the SAE reads. */
  norms: number
  /** Predictions that count, and their summed losses in nats: unchanged, with the SAE at positions that count, with zeros. */
  predictions: number
  clean: number
  spliced: number
  zero: number
  /** The same over every prediction, with the SAE at every position. */
  allPredictions: number
  allClean: number
  allSpliced: number
  allZero: number
  /** Positions with a divergence, and its sum. */
  diverged: number
  divergence: number
}
type Summed = Exclude<keyof UnitSums, 'sum'>

const SUMMED = [
  ...['tokens', 'error', 'squares', 'legacy', 'active', 'norms'],
  ...['predictions', 'clean', 'spliced', 'zero', 'allPredictions', 'allClean', 'allSpliced', 'allZero'],
  ...['diverged', 'divergence'],
] as readonly Summed[]

const nothing = (width: number): UnitSums => ({
  ...(Object.fromEntries(SUMMED.map((name) => [name, 0])) as Record<Summed, number>),
  sum: new Float64Array(width),
})

/** a + sign · b. */
export function combine(a: UnitSums, b: UnitSums, sign: 1 | -1 = 1): UnitSums {
  const out = { ...a, sum: a.sum.map((value, i) => value + sign * b.sum[i]!) }
  for (const name of SUMMED) out[name] = a[name] + sign * b[name]
  return out
}

/** Losses [batch, seq − 1] of the runs; null where they are known from an earlier evaluation. */
export interface RunLosses {
  readonly clean: Float32Array | null
  /** With the SAE at the positions that count, and at every position. */
  readonly spliced: Float32Array
  readonly splicedEverywhere: Float32Array
  readonly zero: Float32Array | null
}

export interface ReconstructedBatch {
  readonly batch: number
  readonly seq: number
  /** [batch · seq, d_in]. */
  readonly x: Float32Array
  /** [batch · seq, d_out], and what the SAE makes of it. */
  readonly target: Float32Array
  readonly reconstruction: Float32Array
  readonly code: SparseCode
  readonly counted: (row: number) => boolean
  /** Unit of every token, [batch · seq]. */
  readonly units: Int32Array
}

/** Sums by unit, batch after batch. */
export class SumsByUnit {
  private readonly sums = new Map<number, UnitSums>()

  constructor(private readonly width: number) {}

  /** What an SAE makes of a batch; adds firings to `fired` [d_sae] where it is wanted. */
  addReconstruction(given: ReconstructedBatch, fired?: Float64Array): void {
    const { target, reconstruction, x, code, batch, seq, units } = given
    const [{ width }, dIn, mean] = [this, x.length / (batch * seq), this.meanOfCounted(given)]
    for (let row = 0; row < batch * seq; row++) {
      if (!given.counted(row)) continue
      const unit = this.of(units[row]!)
      let [error, deviation, norm] = [0, 0, 0]
      for (let i = 0; i < width; i++) {
        const value = target[row * width + i]!
        error += (value - reconstruction[row * width + i]!) ** 2
        deviation += (value - mean[i]!) ** 2
        unit.squares += value * value
        unit.sum[i]! += value
      }
      for (let i = row * dIn; i < (row + 1) * dIn; i++) norm += x[i]! * x[i]!
      unit.tokens++
      unit.error += error
      unit.legacy += 1 - error / deviation
      unit.norms += Math.sqrt(norm)
      for (let i = row * code.k; i < (row + 1) * code.k; i++) {
        if (code.values[i] === 0) continue
        unit.active++
        if (fired) fired[code.indices[i]!]!++
      }
    }
  }

  /** Losses of a batch. Whether a prediction counts, and whose it is, depends on the token it is made at. */
  addLosses(
    { batch, seq, units, counted }: Pick<ReconstructedBatch, 'batch' | 'seq' | 'units' | 'counted'>,
    { clean, spliced, splicedEverywhere, zero }: RunLosses,
  ): void {
    for (let context = 0; context < batch; context++) {
      for (let t = 0; t + 1 < seq; t++) {
        const [row, at] = [context * seq + t, context * (seq - 1) + t]
        const unit = this.of(units[row]!)
        unit.allPredictions++
        unit.allClean += clean?.[at] ?? 0
        unit.allSpliced += splicedEverywhere[at]!
        unit.allZero += zero?.[at] ?? 0
        if (!counted(row)) continue
        unit.predictions++
        unit.clean += clean?.[at] ?? 0
        unit.spliced += spliced[at]!
        unit.zero += zero?.[at] ?? 0
      }
    }
  }

  /** Divergences [batch · seq] of a batch. */
  addDivergence({ units, counted }: Pick<ReconstructedBatch, 'units' | 'counted'>, divergence: Float32Array): void {
    divergence.forEach((value, row) => {
      if (!counted(row)) return
      const unit = this.of(units[row]!)
      unit.diverged++
      unit.divergence += value
    })
  }

  /** Units in their order, without those in which nothing counts. `known`: losses that were not measured again. */
  result(known?: KnownLosses): UnitSums[] {
    const numbered = [...this.sums].sort(([a], [b]) => a - b)
    return numbered.map(([n, sums]) => ({ ...sums, ...known?.get(n) })).filter(({ tokens }) => tokens > 0)
  }

  /** Losses that do not depend on the SAE. */
  known(before?: KnownLosses): KnownLosses {
    if (before) return before
    return new Map(
      [...this.sums].map(([n, { clean, zero, allClean, allZero }]) => [n, { clean, zero, allClean, allZero }]),
    )
  }

  private of(n: number): UnitSums {
    const found = this.sums.get(n)
    if (found) return found
    const made = nothing(this.width)
    this.sums.set(n, made)
    return made
  }

  private meanOfCounted({ target, batch, seq, counted }: ReconstructedBatch): Float64Array {
    const mean = new Float64Array(this.width)
    let count = 0
    for (let row = 0; row < batch * seq; row++) {
      if (!counted(row)) continue
      count++
      for (let i = 0; i < this.width; i++) mean[i]! += target[row * this.width + i]!
    }
    return mean.map((value) => value / count)
  }
}

/** Summed losses of each unit, unchanged and with zeros, that do not depend on the SAE: made once per text. */
export type KnownLosses = ReadonlyMap<number, Pick<UnitSums, 'clean' | 'zero' | 'allClean' | 'allZero'>>
