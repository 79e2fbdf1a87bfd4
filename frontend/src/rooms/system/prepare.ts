// From machine samples to chart columns: pure. A missing value or a silence is a gap, never zero.
import type { SystemSample } from '@mistudio/contracts'

export const HOUR_MS = 3_600_000
/** A longer silence between two samples breaks the line; while nobody watches, samples are up to 30 s apart. */
const GAP_MS = 45_000

const at = (sample: SystemSample) => Date.parse(sample.at)

/** History with a newer sample, cut to the last hour. Late or repeated samples are left out. */
export const appendSample = (history: readonly SystemSample[], sample: SystemSample): readonly SystemSample[] => {
  const last = history.at(-1)
  if (last && at(sample) <= at(last)) return history
  const from = at(sample) - HOUR_MS
  const keep = history.findIndex((old) => at(old) >= from)
  return [...(keep <= 0 ? history : history.slice(keep)), sample]
}

/** Server history joined with what came live meanwhile, each moment once, oldest first. */
export const mergeHistory = (earlier: readonly SystemSample[], live: readonly SystemSample[]): SystemSample[] => {
  const byTime = new Map([...earlier, ...live].map((sample) => [at(sample), sample]))
  return [...byTime].sort(([a], [b]) => a - b).map(([, sample]) => sample)
}

export interface Series {
  label: string
  color: string
  pick(sample: SystemSample): number | null
}
/** Columns as uPlot wants them: x in seconds, then one column per series; null = gap. */
export type Columns = [number[], ...(number | null)[][]]

/** The samples of the last `rangeMs` as columns; a silence longer than GAP_MS becomes a row of nulls. */
export const toColumns = (
  history: readonly SystemSample[],
  series: readonly Series[],
  rangeMs: number,
  now: number,
): Columns => {
  const x: number[] = []
  const ys: (number | null)[][] = series.map(() => [])
  let before: number | null = null
  for (const sample of history) {
    const time = at(sample)
    if (time < now - rangeMs) continue
    if (before !== null && time - before > GAP_MS) {
      x.push((before + 1) / 1000)
      for (const column of ys) column.push(null)
    }
    x.push(time / 1000)
    for (const [index, one] of series.entries()) ys[index]?.push(one.pick(sample))
    before = time
  }
  return [x, ...ys]
}
