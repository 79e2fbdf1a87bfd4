// Quality of an SAE, each figure with its definition. Sums are kept in double precision and follow SAELens `evals.py`.
import { Graph } from '@mistudio/onnx'

/** Figures over all tokens added, in the units of the activations. */
export interface ReconstructionFigures {
  readonly tokens: number
  /** E‖x − x̂‖², summed over d_in. */
  readonly mse: number
  /** 1 − mse / (E‖x‖² − ‖E x‖²), means over all tokens of all batches; NaN without variance. */
  readonly explainedVariance: number
  /** Mean over tokens of 1 − ‖x − x̂‖² / ‖x − mean of the token's batch‖² (the form older papers report). */
  readonly explainedVarianceLegacy: number
  /** Fraction of variance unexplained: 1 − explainedVariance. */
  readonly fvu: number
  /** Mean number of activations ≠ 0 per token. */
  readonly l0: number
  /** Spread of the number of activations ≠ 0 over tokens, exact. */
  readonly l0Quantiles: L0Quantiles
  /** Share of features that were ≠ 0 at no token. */
  readonly deadShare: number
  /** Share of features ≠ 0 at more than a tenth of the tokens. */
  readonly denseShare: number
  /** Mean Σ |a| per token. */
  readonly l1: number
  /** Mean cosine of x and x̂, and mean ‖x̂‖ / ‖x‖, over tokens where both are not 0. */
  readonly cosine: number
  readonly normRatio: number
  /** E‖x̂‖² / E⟨x, x̂⟩ of each batch, mean over batches; 1 without bias, below 1 for reconstructions that are too short. */
  readonly reconstructionBias: number
  /** Share of tokens at which each feature is ≠ 0, [d_sae]. */
  readonly density: Float64Array
}

/** Smallest numbers of features that at least so many per cent of the tokens do not exceed. */
interface L0Quantiles {
  readonly p5: number
  readonly p25: number
  readonly p50: number
  readonly p75: number
  readonly p95: number
  readonly max: number
}

/** A feature that fires at more than this share of tokens is dense. */
const DENSE = 0.1

/** Accumulates reconstructions batch by batch. */
export class ReconstructionMetrics {
  private tokens = 0
  private error = 0
  private squares = 0
  private legacy = 0
  private active = 0
  private readonly sums: Float64Array
  private magnitude = 0
  private cosines = 0
  private ratios = 0
  private directed = 0
  private biases = 0
  private batches = 0
  private readonly fired: Float64Array
  /** Tokens by their L0, [d_sae + 1]. */
  private readonly tokensByL0: Float64Array

  constructor(
    private readonly dIn: number,
    dSae: number,
  ) {
    this.sums = new Float64Array(dIn)
    this.fired = new Float64Array(dSae)
    this.tokensByL0 = new Float64Array(dSae + 1)
  }

  /**
   * Adds one batch: x and reconstruction [tokens, d_in], values and indices [tokens, k]. Rows for which `counted` says no are left
   * out of everything, the batch mean of the legacy form included.
   */
  add(
    x: Float32Array,
    reconstruction: Float32Array,
    code: { readonly values: Float32Array; readonly indices: Int32Array; readonly k: number },
    counted: (row: number) => boolean = () => true,
  ): void {
    const { dIn } = this
    const rows = Array.from({ length: x.length / dIn }, (_, row) => row).filter(counted)
    if (rows.length === 0) return
    const mean = new Float64Array(dIn)
    for (const row of rows) for (let i = 0; i < dIn; i++) mean[i]! += x[row * dIn + i]! / rows.length
    let [batchReconstructed, batchProduct] = [0, 0]
    for (const row of rows) {
      let [error, deviation, square, reconstructed, product] = [0, 0, 0, 0, 0]
      for (let i = 0; i < dIn; i++) {
        const [value, guess] = [x[row * dIn + i]!, reconstruction[row * dIn + i]!]
        error += (value - guess) ** 2
        deviation += (value - mean[i]!) ** 2
        square += value * value
        reconstructed += guess * guess
        product += value * guess
        this.sums[i]! += value
      }
      batchReconstructed += reconstructed
      batchProduct += product
      this.error += error
      this.legacy += 1 - error / deviation
      this.squares += square
      if (square > 0 && reconstructed > 0) {
        this.directed++
        this.cosines += product / Math.sqrt(square * reconstructed)
        this.ratios += Math.sqrt(reconstructed / square)
      }
      let active = 0
      for (let i = row * code.k; i < (row + 1) * code.k; i++) {
        if (code.values[i] === 0) continue
        active++
        this.magnitude += Math.abs(code.values[i]!)
        this.fired[code.indices[i]!]!++
      }
      this.active += active
      this.tokensByL0[active]!++
    }
    this.biases += batchReconstructed / batchProduct
    this.batches++
    this.tokens += rows.length
  }

  result(): ReconstructionFigures {
    const { tokens } = this
    const mse = this.error / tokens
    const variance = this.squares / tokens - this.sums.reduce((sum, value) => sum + (value / tokens) ** 2, 0)
    const explainedVariance = variance > 0 ? 1 - mse / variance : Number.NaN
    const dead = this.fired.reduce((count, fired) => count + (fired ? 0 : 1), 0)
    return {
      tokens,
      mse,
      explainedVariance,
      explainedVarianceLegacy: this.legacy / tokens,
      fvu: 1 - explainedVariance,
      l0: this.active / tokens,
      l0Quantiles: quantilesOf(this.tokensByL0, tokens),
      deadShare: dead / this.fired.length,
      denseShare: this.fired.reduce((count, fired) => count + (fired > DENSE * tokens ? 1 : 0), 0) / this.fired.length,
      l1: this.magnitude / tokens,
      cosine: this.cosines / this.directed,
      normRatio: this.ratios / this.directed,
      reconstructionBias: this.biases / this.batches,
      density: this.fired.map((fired) => fired / tokens),
    }
  }
}

/** @param tokensByL0 Tokens with 0, 1, 2 … features. */
function quantilesOf(tokensByL0: Float64Array, tokens: number): L0Quantiles {
  const quantile = (share: number): number => {
    let below = 0
    return tokensByL0.findIndex((count) => {
      below += count
      return below >= share * tokens
    })
  }
  const max = tokensByL0.findLastIndex((count) => count > 0)
  return { p5: quantile(0.05), p25: quantile(0.25), p50: quantile(0.5), p75: quantile(0.75), p95: quantile(0.95), max }
}

/** Share of the damage of zero-ablation that the SAE avoids: (zero − sae) / (zero − clean). NaN when ablation changes nothing. */
export const ceRecovered = (clean: number, sae: number, zero: number): number =>
  zero === clean ? Number.NaN : (zero - sae) / (zero - clean)

/** Share of the divergence of zero-ablation that the SAE avoids: (ablation − sae) / ablation. */
export const klRecovered = (sae: number, ablation: number): number =>
  ablation === 0 ? Number.NaN : (ablation - sae) / ablation

/**
 * KL(p ‖ q) in nats per row of two logit matrices, as a graph: inputs `p`, `q` [n, vocab], output `kl` [n]. In a graph because a
 * vocabulary of 50,000 makes plain loops the slowest part of an evaluation.
 */
export function klGraph(vocab: number): Uint8Array {
  const g = new Graph('kl_divergence')
  const p = g.logSoftmax(g.input('p', 'float32', ['n', vocab]))
  const q = g.logSoftmax(g.input('q', 'float32', ['n', vocab]))
  g.output(g.reduceSum(g.mul(g.exp(p), g.sub(p, q)), [1]), 'float32', ['n'], 'kl')
  return g.build()
}
