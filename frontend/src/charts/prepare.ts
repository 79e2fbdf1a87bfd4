// Numbers made ready for charts: aligned columns, gaps, CSV. Pure; draws nothing.
import { csvText } from '@mistudio/contracts'

export interface Series {
  readonly key: string
  readonly label: string
  /** Name of a theme variable, for example `--series-emerald`. */
  readonly color: string
  readonly unit?: string
  /** Diameter of its points in px, for points that stand alone. */
  readonly mark?: number
  /** Dash pattern in px, so that colour is not the only sign. */
  readonly dash?: readonly number[]
  readonly x: readonly number[]
  /** null = not a finite number there: drawn as a gap, never as zero. */
  readonly y: readonly (number | null)[]
}

/** One y column: `null` is a gap, `undefined` means that this series was not measured at that x (the line runs on). */
export type Column = (number | null | undefined)[]
export interface Aligned {
  x: number[]
  columns: Column[]
}

const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : value

/** Brings series of different cadence onto one ascending x axis. In log scale a value that has no logarithm is a gap. */
export const align = (series: readonly Pick<Series, 'x' | 'y'>[], log = false): Aligned => {
  const x = [...new Set(series.flatMap((one) => one.x))].sort((a, b) => a - b)
  const at = new Map(x.map((value, index) => [value, index]))
  const columns = series.map((one) => {
    const column: Column = new Array(x.length).fill(undefined)
    one.x.forEach((value, index) => {
      const y = finite(one.y[index])
      column[at.get(value) as number] = log && y !== null && y <= 0 ? null : y
    })
    return column
  })
  return { x, columns }
}

/** Least spread of an axis, as a share of its values. */
const LEAST_SPREAD = 1e-4

/** Ends of an axis for values that are equal but for rounding: apart enough that ticks can be told from each other. */
export const withSpread = (min: number, max: number): readonly [low: number, high: number] => {
  const least = LEAST_SPREAD * Math.max(Math.abs(min), Math.abs(max))
  if (min === max || max - min >= least) return [min, max]
  return [(min + max - least) / 2, (min + max + least) / 2]
}

/** Index of the newest measured value at or before `index`; -1 when there is none. Stops at nothing else: a gap counts as measured. */
export const lastMeasured = (column: Column, index: number): number => {
  for (let i = Math.min(index, column.length - 1); i >= 0; i -= 1) if (column[i] !== undefined) return i
  return -1
}

/** All points as CSV, one row per x; a gap is an empty cell. */
export const toCsv = (xLabel: string, series: readonly Series[]): string => {
  const { x, columns } = align(series)
  const head = [xLabel, ...series.map((one) => (one.unit ? `${one.label} (${one.unit})` : one.label))]
  const rows = x.map((value, row) => [value, ...columns.map((column) => column[row])])
  return csvText([head, ...rows])
}

/** At most `count` row indices spread evenly over `length`, the first and the last included. */
export const sampleRows = (length: number, count: number): number[] => {
  if (length <= count) return Array.from({ length }, (_, index) => index)
  return [...new Set(Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1))))]
}

/** About `count` round numbers within a range: 1, 2 or 5 times a power of ten apart. */
export function roundTicks(from: number, to: number, count: number): number[] {
  if (!(to > from) || count < 1) return from === to ? [from] : []
  const raw = (to - from) / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = power * ([1, 2, 5].find((times) => times * power >= raw * (1 - 1e-9)) ?? 10)
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)))
}

export interface Bin {
  from: number
  to: number
  count: number
}
/** Bins of a histogram; `edges` has one element more than `counts`. */
export const toBins = ({ edges, counts }: { edges: readonly number[]; counts: readonly number[] }): Bin[] =>
  counts.flatMap((count, index) => {
    const [from, to] = [edges[index], edges[index + 1]]
    return from === undefined || to === undefined ? [] : [{ from, to, count }]
  })

const COUNT_TICKS = 4

export interface CountAxis {
  /** Where a count lies on the axis. */
  height(count: number): number
  /** The count at a height. */
  count(height: number): number
  readonly ticks: number[]
  readonly top: number
}

/** The axis of counts from zero to `most`; on a logarithmic one a count n lies at log10(1 + n), so that zero is zero. */
export function countAxis(most: number, log: boolean): CountAxis {
  if (!log) {
    const ticks = roundTicks(0, most, COUNT_TICKS).filter(Number.isInteger)
    return { height: (count) => count, count: (height) => height, ticks, top: most }
  }
  const height = (count: number) => Math.log10(1 + count)
  const powers = Array.from({ length: Math.floor(Math.log10(Math.max(1, most))) + 1 }, (_, power) => 10 ** power)
  const every = Math.ceil(powers.length / (COUNT_TICKS + 1))
  const shown = [0, ...powers.filter((_, at) => at % every === 0)]
  return { height, count: (at) => Math.round(10 ** at - 1), ticks: shown.map(height), top: height(most) }
}

/**
 * The running mean of a series, each value weighing `weight` times its successor; a mean of few values at the start is one of those few.
 * Gaps stay gaps.
 */
export const smoothed = (series: Series, weight: number): Series => {
  if (weight <= 0) return series
  let [sum, total] = [0, 0]
  const y = series.y.map((value) => {
    if (value === null || !Number.isFinite(value)) return value
    sum = weight * sum + (1 - weight) * value
    total = weight * total + (1 - weight)
    return sum / total
  })
  return { ...series, y }
}
