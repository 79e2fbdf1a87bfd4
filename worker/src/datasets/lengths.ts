// Statistics of document lengths. Exact: all lengths are kept while documents pass (4 bytes each).

export class Lengths {
  #values = new Int32Array(1024)
  #count = 0

  add(length: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Int32Array(this.#count * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[this.#count++] = length
  }

  get count(): number {
    return this.#count
  }

  /** Minimum, mean, median and maximum in tokens, and a histogram of at most `bins` equal bins of whole width. */
  summary(bins = 24) {
    const sorted = this.#values.slice(0, this.#count).sort()
    const at = (index: number): number => sorted[index] ?? 0
    const minLength = at(0)
    const maxLength = at(this.#count - 1)
    const sum = sorted.reduce((total, length) => total + length, 0)
    const medianLength = (at((this.#count - 1) >> 1) + at(this.#count >> 1)) / 2
    const meanLength = this.#count > 0 ? sum / this.#count : 0
    return {
      minLength,
      meanLength,
      medianLength,
      maxLength,
      histogram: histogramOf(sorted, minLength, maxLength, bins),
    }
  }
}

/** Bin i holds lengths in [edges[i], edges[i + 1]). */
function histogramOf(
  sorted: Int32Array,
  least: number,
  most: number,
  bins: number,
): { edges: number[]; counts: number[] } {
  const width = Math.max(1, Math.ceil((most - least + 1) / bins))
  const used = Math.floor((most - least) / width) + 1
  const counts = new Array<number>(used).fill(0)
  for (const length of sorted) counts[Math.floor((length - least) / width)]!++
  return { edges: Array.from({ length: used + 1 }, (_, i) => least + i * width), counts }
}
