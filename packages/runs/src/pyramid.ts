// Levels of buckets above the points of a metric, each four times as wide as the one below, so that a chart of any zoom reads a few
// thousand buckets and not all points. Stored in rows of a fixed range of steps, so that a row is found by arithmetic. No SQL.
import { Buckets, bucketStart } from '@mistudio/contracts'
import { ColumnReader, ColumnWriter } from './bytes.js'
import type { Points } from './points.js'

export const LEVELS = 6
const FACTOR = 4
/** Points that a bucket of the lowest level holds on average when the pyramid is begun. */
const POINTS_PER_BUCKET = 64
/** Buckets that a stored row has room for. */
const ROW_BUCKETS = 256

/** Width of the lowest level for points of this density: a power of two that never changes for the metric. */
export function baseWidth({ steps }: Points): number {
  const gap = ((steps.at(-1) ?? 0) - (steps[0] ?? 0)) / Math.max(1, steps.length - 1)
  return 2 ** Math.ceil(Math.log2(Math.max(1, gap) * POINTS_PER_BUCKET))
}

/** Width of level 1 to {@link LEVELS}. */
export const widthOf = (base: number, level: number): number => base * FACTOR ** (level - 1)

/** The widest level whose buckets fit into buckets of `width`; 0 (the points themselves) where none does. */
export function levelFor(base: number | null, width: number): number {
  if (base === null) return 0
  let level = 0
  while (level < LEVELS && widthOf(base, level + 1) <= width) level++
  return level
}

/** First step of the stored row that holds a bucket. */
export const rowStart = (step: number, width: number): number => bucketStart(step, width * ROW_BUCKETS)
/** Last step of a stored row. */
export const rowStop = (start: number, width: number): number => start + width * ROW_BUCKETS - 1

export function packBuckets(buckets: Buckets): Promise<Buffer> {
  const { width, at } = buckets
  const writer = new ColumnWriter()
    .integers(at.map((start) => start / width))
    .integers(buckets.count)
    .integers(buckets.gaps)
    .integers(buckets.firstStep.map((step, i) => step - (at[i] as number)))
    .integers(buckets.lastStep.map((step, i) => step - (at[i] as number)))
  for (const column of [buckets.first, buckets.last, buckets.min, buckets.max, buckets.sum]) writer.floats(column)
  return writer.bytes()
}

export function unpackBuckets(data: Uint8Array, n: number, width: number): Buckets {
  const reader = ColumnReader.of(data)
  const buckets = new Buckets(width)
  for (const number of reader.integers(n)) buckets.at.push(number * width)
  buckets.count.push(...reader.integers(n))
  buckets.gaps.push(...reader.integers(n))
  for (const [i, offset] of reader.integers(n).entries()) buckets.firstStep.push((buckets.at[i] as number) + offset)
  for (const [i, offset] of reader.integers(n).entries()) buckets.lastStep.push((buckets.at[i] as number) + offset)
  for (const column of [buckets.first, buckets.last, buckets.min, buckets.max, buckets.sum])
    column.push(...reader.floats(n))
  return buckets
}
