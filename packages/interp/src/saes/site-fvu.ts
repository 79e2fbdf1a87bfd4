// Variance that a crosscoder leaves unexplained at each of its sites. The figure over all of them is ReconstructionMetrics'.

/** Sums over tokens, per site. */
interface SiteSums {
  readonly first: number
  readonly width: number
  readonly sums: Float64Array
  error: number
  squares: number
}

export class SiteFvu {
  private tokens = 0
  private readonly sites: readonly SiteSums[]
  private readonly width: number

  /** @param siteWidths Widths of the sites, side by side in every row. */
  constructor(siteWidths: readonly number[]) {
    let first = 0
    this.sites = siteWidths.map((width) => {
      first += width
      return { first: first - width, width, sums: new Float64Array(width), error: 0, squares: 0 }
    })
    this.width = first
  }

  /** Adds the rows of x and reconstruction [tokens, Σ widths] that `counted` says yes to. */
  add(x: Float32Array, reconstruction: Float32Array, counted: (row: number) => boolean): void {
    const rows = this.width > 0 ? x.length / this.width : 0
    for (let row = 0; row < rows; row++) {
      if (!counted(row)) continue
      this.tokens++
      for (const site of this.sites) {
        const at = row * this.width + site.first
        for (let i = 0; i < site.width; i++) {
          const value = x[at + i]!
          site.error += (value - reconstruction[at + i]!) ** 2
          site.squares += value * value
          site.sums[i]! += value
        }
      }
    }
  }

  /** E‖x − x̂‖² / (E‖x‖² − ‖E x‖²) at each site; NaN without variance. */
  result(): number[] {
    const { tokens } = this
    return this.sites.map(({ error, squares, sums }) => {
      const variance = squares / tokens - sums.reduce((total, sum) => total + (sum / tokens) ** 2, 0)
      return variance > 0 ? error / tokens / variance : Number.NaN
    })
  }
}
