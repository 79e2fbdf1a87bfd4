// Metrics of one run on a page: what the store answered, and the values that came since, in the same buckets. No React.
import { Buckets, type MetricNumber, type RunSeries, type RunValues, type Series } from '@mistudio/contracts'

/** A metric as a chart draws it. */
export interface Curve {
  /** Steps of the points; where many values are in one bucket: its first, least, largest and newest value, spread over its width. */
  readonly steps: readonly number[]
  /** null: not a finite number there. */
  readonly values: readonly (number | null)[]
  /** Steps that a bucket covers; 1: every value is drawn. */
  readonly width: number
  /** First step of each bucket, and its newest value. */
  readonly at: readonly number[]
  readonly last: readonly (number | null)[]
  /** Values that are not finite. */
  readonly gaps: number
}

/** Live lots that are kept, to go on from an answer that was read a little before them. */
const KEEP_LOTS = 500
/** More buckets than asked for mean that the run grew: it is time for wider ones. */
const ROOM = 2

export class LiveSeries {
  private readonly metrics = new Map<string, Buckets>()
  private revision = -1
  /** Lots that came, the newest last: taken ones, and those behind something missing. */
  private lots: RunValues[] = []

  /** @param points buckets of a metric that the store is asked for */
  constructor(private readonly points: number) {}

  /** Takes what the store answered, in place of everything before, and what came live after it. */
  load({ revision, series }: RunSeries): void {
    const later = this.lots.filter((lot) => lot.revision > revision).sort((a, b) => a.revision - b.revision)
    // An answer from before what is shown counts only when what came since is at hand.
    const after = later.filter((lot) => lot.revision <= this.revision)
    if (revision + after.length < this.revision) return
    this.metrics.clear()
    for (const [path, one] of Object.entries(series)) this.metrics.set(path, bucketsOf(one))
    this.revision = revision
    this.lots = []
    for (const values of later) this.push(values)
  }

  /** Takes live values. `missing`: some before them did not come, or there are too many for these buckets: ask the store again. */
  push(values: RunValues): 'taken' | 'known' | 'missing' {
    if (values.revision <= this.revision) return 'known'
    this.lots = [...this.lots, values].slice(-KEEP_LOTS)
    if (this.revision < 0 || values.revision > this.revision + 1) return 'missing'
    this.revision = values.revision
    for (const { step, values: measured } of values.steps) {
      for (const [path, value] of Object.entries(measured)) this.bucketsFor(path).add(step, Number(value))
    }
    return [...this.metrics.values()].some(({ length }) => length > ROOM * this.points) ? 'missing' : 'taken'
  }

  /** Curves as they are now. Objects are new with every call, so that a changed view is noticed. */
  view(): Record<string, Curve> {
    return Object.fromEntries([...this.metrics].map(([path, buckets]) => [path, curveOf(buckets)]))
  }

  private bucketsFor(path: string): Buckets {
    const known = this.metrics.get(path)
    if (known) return known
    const fresh = new Buckets(1)
    this.metrics.set(path, fresh)
    return fresh
  }
}

const numbers = (column: readonly (MetricNumber | null)[]): number[] =>
  column.map((value) => (value === null ? Number.NaN : Number(value)))

function bucketsOf({ width, at, last, first = last, min, max, count, gaps }: Series): Buckets {
  const buckets = new Buckets(width)
  const newest = numbers(last)
  const finite = newest.map((value) => (Number.isFinite(value) ? value : Number.NaN))
  buckets.at.push(...at)
  // Where in its bucket a value lay is not told; whatever comes live comes after it.
  buckets.firstStep.push(...at)
  buckets.lastStep.push(...at)
  buckets.last.push(...newest)
  buckets.first.push(...numbers(first))
  buckets.min.push(...(min ? numbers(min) : finite))
  buckets.max.push(...(max ? numbers(max) : finite))
  buckets.count.push(...(count ?? at.map(() => 1)))
  buckets.gaps.push(...(gaps ?? newest.map((value) => (Number.isFinite(value) ? 0 : 1))))
  buckets.sum.push(...at.map(() => 0))
  return buckets
}

/** One metric of an answer. */
export function curveOfSeries({ series }: RunSeries, path: string): Curve | undefined {
  const one = series[path]
  return one && curveOf(bucketsOf(one))
}

const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null

/** Nothing of a bucket is lost to the eye: its extremes are points of the line. */
function curveOf({ width, at, first, last, min, max, count, gaps }: Buckets): Curve {
  const newest = last.map(finiteOrNull)
  const bad = gaps.reduce((sum, n) => sum + n, 0)
  if (width === 1) return { steps: [...at], values: newest, width, at: [...at], last: newest, gaps: bad }
  const steps: number[] = []
  const values: (number | null)[] = []
  for (const [i, start] of at.entries()) {
    if (count[i] === 1) {
      steps.push(start)
      values.push(newest[i] ?? null)
      continue
    }
    const [from, to] = [finiteOrNull(first[i]), newest[i] ?? null]
    const extremes = [finiteOrNull(max[i]), finiteOrNull(min[i])]
    // The way from first to last value crosses least and largest; which came first is not known, the shorter way is drawn.
    if (from !== null && to !== null && from < to) extremes.reverse()
    for (const [n, value] of [from, ...extremes, to].entries()) {
      steps.push(start + Math.floor((n * (width - 1)) / 3))
      values.push(value)
    }
  }
  return { steps, values, width, at: [...at], last: newest, gaps: bad }
}
