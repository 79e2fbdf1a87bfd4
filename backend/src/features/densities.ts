// The histogram of densities from the counts that the database makes. Pure.
import type { DensityHistogram } from '@mistudio/contracts'
import { BINS_PER_DECADE } from './feature-list.query.js'

export interface DensityBin {
  /** floor(log10(density) × bins per decade); null: never fired. */
  readonly bin: number | null
  readonly count: number
}

/** Bins without features between filled ones are there with a count of zero. */
export function densityHistogram(bins: readonly DensityBin[]): DensityHistogram {
  const alive = bins.flatMap(({ bin, count }) => (bin === null ? [] : [{ bin, count }]))
  const dead = bins.find(({ bin }) => bin === null)?.count ?? 0
  if (alive.length === 0) return { edges: [], counts: [], dead }
  const first = Math.min(...alive.map(({ bin }) => bin))
  const last = Math.max(...alive.map(({ bin }) => bin))
  const counts = new Array<number>(last - first + 1).fill(0)
  for (const { bin, count } of alive) counts[bin - first] = count
  return {
    edges: Array.from({ length: counts.length + 1 }, (_, at) => 10 ** ((first + at) / BINS_PER_DECADE)),
    counts,
    dead,
  }
}
