// Values of one metric summed up in buckets of steps. Widths are powers of two and buckets begin at their multiples, so a bucket never
// shifts while a run grows: what was drawn stays, only the last one fills. Server and browser use the same. Pure.

/** Power of two, at least 1, so that a span of steps makes at most `points` buckets (one more where its ends are not aligned). */
export function bucketWidth(span: number, points: number): number {
  let width = 1
  while (span / width > points) width *= 2
  return width
}

/** First step of the bucket that holds a step. */
export const bucketStart = (step: number, width: number): number => Math.floor(step / width) * width

/** Place of `start` in ascending numbers, or where it would stand: searched from the end, where it nearly always is. */
function placeOf(starts: readonly number[], start: number): number {
  let high = starts.length
  if (high === 0 || (starts[high - 1] as number) < start) return high
  let low = 0
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] as number) < start) low = middle + 1
    else high = middle
  }
  return low
}

/** Buckets of one width as columns, in the order of steps. `min`, `max` and `sum` are over finite values; NaN where there is none. */
export class Buckets {
  readonly at: number[] = []
  /** Values in the bucket, gaps among them. */
  readonly count: number[] = []
  /** Values that are no finite numbers. */
  readonly gaps: number[] = []
  readonly firstStep: number[] = []
  readonly lastStep: number[] = []
  readonly first: number[] = []
  readonly last: number[] = []
  readonly min: number[] = []
  readonly max: number[] = []
  readonly sum: number[] = []

  /** @param width steps that a bucket covers; a power of two */
  constructor(readonly width: number) {}

  get length(): number {
    return this.at.length
  }

  add(step: number, value: number): void {
    const finite = Number.isFinite(value)
    const part = finite ? value : Number.NaN
    this.put(step, 1, finite ? 0 : 1, step, step, value, value, part, part, finite ? value : 0)
  }

  /** Takes bucket `i` of buckets that are not wider than these. */
  addBucket(from: Buckets, i: number): void {
    const n = (column: readonly number[]): number => column[i] as number
    this.put(
      n(from.at),
      n(from.count),
      n(from.gaps),
      n(from.firstStep),
      n(from.lastStep),
      n(from.first),
      n(from.last),
      n(from.min),
      n(from.max),
      n(from.sum),
    )
  }

  private put(
    step: number,
    count: number,
    gaps: number,
    firstStep: number,
    lastStep: number,
    first: number,
    last: number,
    min: number,
    max: number,
    sum: number,
  ): void {
    const start = bucketStart(step, this.width)
    const i = placeOf(this.at, start)
    if (this.at[i] !== start) {
      this.insert(i, [start, count, gaps, firstStep, lastStep, first, last, min, max, sum])
      return
    }
    this.count[i] = (this.count[i] as number) + count
    this.gaps[i] = (this.gaps[i] as number) + gaps
    this.sum[i] = (this.sum[i] as number) + sum
    if (firstStep < (this.firstStep[i] as number)) {
      this.firstStep[i] = firstStep
      this.first[i] = first
    }
    if (lastStep >= (this.lastStep[i] as number)) {
      this.lastStep[i] = lastStep
      this.last[i] = last
    }
    // Comparisons with NaN are false, so that a bucket of gaps takes the first finite value.
    if (!(min >= (this.min[i] as number)) && !Number.isNaN(min)) this.min[i] = min
    if (!(max <= (this.max[i] as number)) && !Number.isNaN(max)) this.max[i] = max
  }

  private insert(i: number, row: readonly number[]): void {
    const columns = [
      ...[this.at, this.count, this.gaps, this.firstStep, this.lastStep],
      ...[this.first, this.last, this.min, this.max, this.sum],
    ]
    for (const [c, column] of columns.entries()) {
      if (i === column.length) column.push(row[c] as number)
      else column.splice(i, 0, row[c] as number)
    }
  }
}
