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
  /** Where values are no finite numbers, in words: marked below the line. */
  readonly bad?: readonly { readonly x: number; readonly word: string }[]
  /** Where the line is interrupted because values are missing. */
  readonly breaks?: readonly number[]
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
export const align = (series: readonly Pick<Series, 'x' | 'y' | 'breaks'>[], log = false): Aligned => {
  const shown = (value: number | null | undefined): number | null => {
    const y = finite(value)
    return log && y !== null && y <= 0 ? null : y
  }
  const [first, ...others] = series
  if (
    first &&
    isAscending(first.x) &&
    series.every(({ x, breaks = [] }) => breaks.length === 0 && isSame(x, first.x))
  ) {
    return { x: [...first.x], columns: [first, ...others].map(({ y }) => first.x.map((_, index) => shown(y[index]))) }
  }
  const x = [...new Set(series.flatMap((one) => [...one.x, ...(one.breaks ?? [])]))].sort((a, b) => a - b)
  const at = new Map(x.map((value, index) => [value, index]))
  const columns = series.map((one) => {
    const column: Column = new Array(x.length).fill(undefined)
    for (const value of one.breaks ?? []) column[at.get(value) as number] = null
    one.x.forEach((value, index) => {
      column[at.get(value) as number] = shown(one.y[index])
    })
    return column
  })
  return { x, columns }
}
const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((value, index) => value === b[index]))
const isAscending = (x: readonly number[]): boolean =>
  x.every((value, index) => index === 0 || value > (x[index - 1] as number))

/** Neighbouring distances that tell what distance is usual at a place, and how much longer one is where something is missing. */
const NEIGHBOURS = 4
const MISSING = 5

/**
 * Middles of stretches in which values are missing: far longer than the distances before and after them.
 * @param least shorter ones are none
 */
export function breaksOf(x: readonly number[], least = 0): number[] {
  const distances = x.slice(1).map((value, i) => value - (x[i] as number))
  return distances.flatMap((distance, i) => {
    if (distance <= least || distance <= MISSING * Math.max(distances[i - 1] ?? 0, distances[i + 1] ?? 0)) return []
    const near = [...distances.slice(Math.max(0, i - NEIGHBOURS), i), ...distances.slice(i + 1, i + 1 + NEIGHBOURS)]
    const usual = Math.max(...near)
    return near.length >= NEIGHBOURS && distance > MISSING * usual
      ? [((x[i] as number) + (x[i + 1] as number)) / 2]
      : []
  })
}

/** What stands at a place of a series instead of a number; null where a number does. */
export function gapWord({ x, y, bad = [], breaks = [] }: Series, at: number): string | null {
  const word = bad.find((one) => one.x === at)?.word
  if (word) return word
  if (breaks.includes(at)) return 'no values here'
  const value = y[x.indexOf(at)]
  if (value === null) return 'not a number'
  return value !== undefined && value <= 0 ? `${value} has no logarithm` : null
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
