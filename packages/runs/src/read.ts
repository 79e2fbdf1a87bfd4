// Reads metrics of runs: a range in buckets of a chart, or every value; and what is known of metrics without reading them. Call the
// readers of values inside one REPEATABLE READ transaction, so that chunks, tail and revision belong together.
import { Buckets, bucketStart, bucketWidth, type MetricSummary, metricNumber, TIME_PATH } from '@mistudio/contracts'
import type { Sql } from '@mistudio/sql'
import { type Points, sorted, unpackPoints } from './points.js'
import { levelFor, unpackBuckets, widthOf } from './pyramid.js'
import { readTail } from './tail.js'

export interface Range {
  /** Names of metrics; null: all, the time only where `time` says so. */
  readonly keys: readonly string[] | null
  readonly time?: boolean
  readonly from: number | null
  readonly to: number | null
}

export interface Read<T> {
  readonly revision: number
  readonly series: ReadonlyMap<string, T>
}

/** A metric in buckets, with the number of values that it has in the whole run. */
export interface Bucketed {
  readonly buckets: Buckets
  readonly total: number
}

interface SeriesRow {
  readonly ord: number
  readonly path: string
  readonly base: number | null
  /** Steps up to this one are in the pyramid. */
  readonly raised: number
  readonly count: number
  readonly firstStep: number
  readonly lastStep: number
}

/** How one metric is read. */
interface Plan extends SeriesRow {
  readonly width: number
  readonly level: number
  readonly from: number
  readonly to: number
}

/**
 * Metrics of a run in at most about `points` buckets each; null when there is no such run. Buckets at the ends of the range are whole, so
 * that they do not depend on it.
 */
export async function readBuckets(
  tx: Sql,
  runId: string,
  range: Range,
  points: number,
): Promise<Read<Bucketed> | null> {
  const found = await seriesOf(tx, runId, range)
  if (!found) return null
  const plans = found.series.map((series) => planOf(series, range, points))
  const buckets = new Map(plans.map((plan) => [plan.ord, new Buckets(plan.width)]))
  for (const { ord, level, count, data } of await chunksOf(tx, runId, plans)) {
    const plan = plans.find((one) => one.ord === ord)
    const into = buckets.get(ord)
    if (!plan || !into) continue
    if (level === 0) addPoints(into, unpackPoints(data, count), plan)
    else addBuckets(into, unpackBuckets(data, count, widthOf(plan.base ?? 1, level)), plan)
  }
  const ranges = new Map(plans.map((plan) => [plan.ord, plan]))
  await eachOfTail(tx, runId, (ord, step, value) => {
    const plan = ranges.get(ord)
    if (plan && step >= plan.from && step <= plan.to) buckets.get(ord)?.add(step, value)
  })
  const series = plans.flatMap(({ path, ord, count }): [string, Bucketed][] => {
    const own = buckets.get(ord)
    return own ? [[path, { buckets: own, total: count }]] : []
  })
  return { revision: found.revision, series: new Map(series) }
}

/** Every value of metrics of a run; null when there is no such run. */
export async function readPoints(tx: Sql, runId: string, range: Range): Promise<Read<Points> | null> {
  const found = await seriesOf(tx, runId, range)
  if (!found) return null
  const plans = found.series.map((series): Plan => planOf(series, range, Number.POSITIVE_INFINITY))
  const columns = new Map(plans.map(({ ord }) => [ord, { steps: [] as number[], values: [] as number[] }]))
  const ranges = new Map(plans.map((plan) => [plan.ord, plan]))
  const take = (ord: number, step: number, value: number): void => {
    const plan = ranges.get(ord)
    const column = columns.get(ord)
    if (!plan || !column || step < plan.from || step > plan.to) return
    column.steps.push(step)
    column.values.push(value)
  }
  for (const { ord, count, data } of await chunksOf(tx, runId, plans)) {
    const { steps, values } = unpackPoints(data, count)
    for (const [i, step] of steps.entries()) take(ord, step, values[i] as number)
  }
  await eachOfTail(tx, runId, take)
  const series = plans.map(({ path, ord }): [string, Points] => {
    return [path, sorted(columns.get(ord) ?? { steps: [], values: [] })]
  })
  return { revision: found.revision, series: new Map(series) }
}

/** The width depends on the metric and the length of the range alone. Where there are few values, they are answered as they are. */
function planOf(series: SeriesRow, range: Range, points: number): Plan {
  const from = Math.max(range.from ?? 0, series.firstStep)
  const to = Math.min(range.to ?? series.lastStep, series.lastStep)
  const span = to - from + 1
  const about = (series.count * span) / (series.lastStep - series.firstStep + 1)
  const width = about <= points ? 1 : bucketWidth(span, points)
  const aligned = { from: bucketStart(from, width), to: bucketStart(to, width) + width - 1 }
  return Object.assign(aligned, series, { width, level: levelFor(series.base, width) })
}

const addPoints = (into: Buckets, { steps, values }: Points, { from, to }: Plan): void => {
  for (const [i, step] of steps.entries()) if (step >= from && step <= to) into.add(step, values[i] as number)
}

const addBuckets = (into: Buckets, stored: Buckets, { from, to }: Plan): void => {
  for (const [i, start] of stored.at.entries()) if (start >= from && start <= to) into.addBucket(stored, i)
}

async function seriesOf(
  tx: Sql,
  runId: string,
  { keys, time = false }: Range,
): Promise<{ revision: number; series: SeriesRow[] } | null> {
  const { rows: runs } = await tx.query<{ revision: string }>('SELECT revision FROM run WHERE id = $1', [runId])
  if (!runs[0]) return null
  const { rows } = await tx.query<{
    ord: number
    path: string
    base: string | null
    raised: string
    count: string
    first_step: string
    last_step: string
  }>(
    `SELECT ord, path, base, raised, count, first_step, last_step FROM run_series
     WHERE run_id = $1 AND ($2::text[] IS NULL AND ($4 OR path <> $3) OR path = ANY($2)) ORDER BY ord`,
    [runId, keys, TIME_PATH, time],
  )
  const series = rows.map(({ ord, path, base, raised, count, first_step, last_step }) => ({
    ord,
    path,
    base: base === null ? null : Number(base),
    raised: Number(raised),
    count: Number(count),
    firstStep: Number(first_step),
    lastStep: Number(last_step),
  }))
  return { revision: Number(runs[0].revision), series }
}

/** Rows of the levels that are read, and the chunks that are not in the pyramid yet. */
const chunksOf = async (
  tx: Sql,
  runId: string,
  plans: readonly Plan[],
): Promise<{ ord: number; level: number; count: number; data: Buffer }[]> => {
  const { rows } = await tx.query<{ ord: number; level: number; count: number; data: Buffer }>(
    `SELECT c.ord, c.level, c.count, c.data FROM unnest($2::int[], $3::smallint[], $4::bigint[], $5::bigint[]) AS w(ord, level, low, high)
     JOIN run_chunk c ON c.run_id = $1 AND c.ord = w.ord AND c.level = w.level AND c.start <= w.high AND c.stop >= w.low
     UNION ALL
     SELECT c.ord, c.level, c.count, c.data FROM unnest($2::int[], $3::smallint[], $5::bigint[], $6::bigint[]) AS w(ord, level, high, raised)
     JOIN run_chunk c ON c.run_id = $1 AND c.ord = w.ord AND c.level = 0 AND w.level > 0 AND c.start <= w.high AND c.start > w.raised`,
    [
      runId,
      plans.map(({ ord }) => ord),
      plans.map(({ level }) => level),
      plans.map(({ from }) => from),
      plans.map(({ to }) => to),
      plans.map(({ raised }) => raised),
    ],
  )
  return rows
}

async function eachOfTail(
  tx: Sql,
  runId: string,
  take: (ord: number, step: number, value: number) => void,
): Promise<void> {
  const { rows } = await tx.query<{ data: Buffer }>('SELECT data FROM run_tail WHERE run_id = $1 ORDER BY revision', [
    runId,
  ])
  for (const { data } of rows) readTail(data, take)
}

/** What is known of the metrics of runs, without their values. */
export async function summariesOf(tx: Sql, runIds: readonly string[]): Promise<Map<string, MetricSummary[]>> {
  const { rows } = await tx.query<{
    run_id: string
    path: string
    count: string
    gaps: string
    sum: number
    min: number | null
    max: number | null
    first_step: string
    last_step: string
    last: number
  }>(
    `SELECT run_id, path, count, gaps, sum, min, max, first_step, last_step, last FROM run_series
     WHERE run_id = ANY($1) AND path <> $2 ORDER BY run_id, ord`,
    [runIds, TIME_PATH],
  )
  const summaries = new Map<string, MetricSummary[]>(runIds.map((id) => [id, []]))
  for (const row of rows) {
    const [count, gaps] = [Number(row.count), Number(row.gaps)]
    summaries.get(row.run_id)?.push({
      path: row.path,
      count,
      gaps,
      min: row.min,
      max: row.max,
      mean: count > gaps ? row.sum / (count - gaps) : null,
      firstStep: Number(row.first_step),
      lastStep: Number(row.last_step),
      last: metricNumber(row.last),
    })
  }
  return summaries
}
