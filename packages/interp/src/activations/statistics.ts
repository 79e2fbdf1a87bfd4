// Statistics of the activations at one site, in one pass with float64 accumulators. Pure; no files.
import { quantile } from './quantile.js'

/** A dimension stands out when its RMS exceeds this many times the median RMS over dimensions. */
const OUTLIER_RATIO = 6
const TOP = 10

export interface ActivationFigures {
  readonly tokens: number
  readonly width: number
  readonly mean: number
  readonly std: number
  readonly kurtosis: number | null
  readonly norm: { mean: number; p5: number; p50: number; p95: number; p99: number; max: number }
  readonly firstPosition: { mean: number; tokens: number }
  readonly otherPositions: { mean: number; tokens: number }
  readonly outliers: {
    count: number
    medianRms: number
    top: { dimension: number; mean: number; std: number; rms: number; ratio: number | null }[]
  }
}

export class ActivationStatistics {
  private tokens = 0
  /** Norm of every token: percentiles are exact. */
  private readonly norms: Float64Array
  private readonly first = { sum: 0, tokens: 0 }
  /** Welford's running mean and sum of squared deviations per dimension. */
  private readonly mean: Float64Array
  private readonly squares: Float64Array
  /** Power sums of value − shift; the shift (mean of the first row) keeps them small when values lie far from zero. */
  private shift = 0
  private readonly powers = new Float64Array(4)

  constructor(
    readonly width: number,
    /** Most rows that will be added. */
    capacity: number,
  ) {
    this.norms = new Float64Array(capacity)
    this.mean = new Float64Array(width)
    this.squares = new Float64Array(width)
  }

  /** Adds rows [positions.length, width]; `positions` are those of the tokens in their contexts. */
  add(rows: Float32Array, positions: ArrayLike<number>): void {
    const { width } = this
    if (this.tokens === 0) this.shift = rows.subarray(0, width).reduce((sum, value) => sum + value, 0) / width
    for (let row = 0; row < positions.length; row++) this.addRow(rows, row * width, positions[row]!)
  }

  private addRow(rows: Float32Array, start: number, position: number): void {
    const { width, mean, squares, shift, powers } = this
    const n = ++this.tokens
    let [square, p1, p2, p3, p4] = [0, 0, 0, 0, 0]
    for (let d = 0; d < width; d++) {
      const value = rows[start + d]!
      const delta = value - mean[d]!
      mean[d]! += delta / n
      squares[d]! += delta * (value - mean[d]!)
      const x = value - shift
      const xx = x * x
      square += value * value
      p1 += x
      p2 += xx
      p3 += xx * x
      p4 += xx * xx
    }
    powers[0]! += p1
    powers[1]! += p2
    powers[2]! += p3
    powers[3]! += p4
    const norm = Math.sqrt(square)
    this.norms[n - 1] = norm
    if (position === 0) {
      this.first.sum += norm
      this.first.tokens++
    }
  }

  /**
   * The figures of what was added: std is the population's, kurtosis m4 / m2² over tokens × dimensions (3 for a normal
   * distribution, null without variance). @throws RangeError when nothing was added.
   */
  figures(): ActivationFigures {
    const { tokens, width, first } = this
    if (tokens === 0) throw new RangeError('No activations were added.')
    const [m1, m2, m3, m4] = Array.from(this.powers, (sum) => sum / (tokens * width)) as [
      number,
      number,
      number,
      number,
    ]
    const variance = Math.max(0, m2 - m1 * m1)
    const fourth = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 ** 4
    const norms = this.norms.slice(0, tokens).sort()
    const sum = norms.reduce((total, norm) => total + norm, 0)
    const rest = tokens - first.tokens
    return {
      tokens,
      width,
      mean: this.shift + m1,
      std: Math.sqrt(variance),
      kurtosis: variance > 0 ? fourth / variance ** 2 : null,
      norm: {
        mean: sum / tokens,
        max: norms[tokens - 1]!,
        p5: quantile(norms, 0.05),
        p50: quantile(norms, 0.5),
        p95: quantile(norms, 0.95),
        p99: quantile(norms, 0.99),
      },
      firstPosition: { mean: first.tokens ? first.sum / first.tokens : 0, tokens: first.tokens },
      otherPositions: { mean: rest ? (sum - first.sum) / rest : 0, tokens: rest },
      outliers: this.outliers(),
    }
  }

  private outliers(): ActivationFigures['outliers'] {
    const dimensions = Array.from(this.mean, (mean, dimension) => {
      const variance = this.squares[dimension]! / this.tokens
      return { dimension, mean, std: Math.sqrt(variance), rms: Math.sqrt(mean * mean + variance) }
    }).sort((a, b) => b.rms - a.rms || a.dimension - b.dimension)
    const medianRms = quantile(dimensions.map(({ rms }) => rms).reverse(), 0.5)
    return {
      count: dimensions.filter(({ rms }) => rms > OUTLIER_RATIO * medianRms).length,
      medianRms,
      top: dimensions.slice(0, TOP).map((one) => ({ ...one, ratio: medianRms > 0 ? one.rms / medianRms : null })),
    }
  }
}
