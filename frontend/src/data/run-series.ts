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
  /** Where values are that are not finite, in words. */
  readonly bad: readonly { readonly step: number; readonly word: string }[]
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

  /**
   * @param points buckets of a metric that the store is asked for
   * @param paths metrics that are wanted; null: all
   */
  constructor(
    private readonly points: number,
    private readonly paths: ReadonlySet<string> | null = null,
  ) {}

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
      for (const [path, value] of Object.entries(measured)) {
        if (this.paths?.has(path) !== false) this.bucketsFor(path).add(step, Number(value))
      }
    }
    return [...this.metrics.values()].some(({ length }) => length > ROOM * this.points) ? 'missing' : 'taken'
  }

  /** Curves; the object is new with every call, so that a changed view is noticed. Each is made when it is first looked at. */
  view(): Readonly<Record<string, Curve>> {
    const curves: Record<string, Curve> = {}
    for (const [path, buckets] of this.metrics) {
      let made: Curve | null = null
      Object.defineProperty(curves, path, { enumerable: true, get: () => (made ??= curveOf(buckets)) })
    }
    return curves
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

/** An answer about a part of a run. */
export const curvesOfSeries = ({ series }: RunSeries): Readonly<Record<string, Curve>> =>
  Object.fromEntries(Object.entries(series).map(([path, one]) => [path, curveOf(bucketsOf(one))]))

/** A curve whose middle is drawn from a finer one. Where the finer one ends, the curve goes on, so live values are seen. */
export function withDetail(curve: Curve, detail: Curve | undefined): Curve {
  const [from, to] = [detail?.steps[0], detail?.steps.at(-1)]
  if (!detail || from === undefined || to === undefined || detail.width >= curve.width) return curve
  // A bucket's points reach over its width: those of a bucket that the finer ones begin or end in are theirs.
  const before = curve.steps.findIndex((step) => step >= from)
  const end = curve.steps.findIndex((step) => step > to)
  const [head, tail] = [before < 0 ? curve.steps.length : before, end < 0 ? curve.steps.length : end]
  return {
    ...curve,
    steps: [...curve.steps.slice(0, head), ...detail.steps, ...curve.steps.slice(tail)],
    values: [...curve.values.slice(0, head), ...detail.values, ...curve.values.slice(tail)],
    bad: [...curve.bad.filter(({ step }) => step < from || step > to), ...detail.bad].sort((a, b) => a.step - b.step),
  }
}

const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null

const notFinite = (value: number | undefined): string =>
  value === Number.POSITIVE_INFINITY ? '+∞' : value === Number.NEGATIVE_INFINITY ? '−∞' : 'NaN'

/** Nothing of a bucket is lost to the eye: its extremes are points of the line. */
function curveOf({ width, at, first, last, min, max, count, gaps }: Buckets): Curve {
  const newest = last.map(finiteOrNull)
  const bad = at.flatMap((step, i) => {
    const [all = 1, wrong = 0] = [count[i], gaps[i]]
    if (wrong === 0) return []
    return { step, word: all === 1 ? notFinite(last[i]) : `${wrong} of ${all} values are no numbers` }
  })
  if (width === 1) return { steps: [...at], values: newest, width, at: [...at], last: newest, bad }
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
  return { steps, values, width, at: [...at], last: newest, bad }
}
