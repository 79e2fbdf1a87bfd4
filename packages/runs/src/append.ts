// Takes new values of a run: each counts once, by metric and step. They go into the run's tail in one row; what is known of each metric
// (newest value, count, extremes, sum) is brought up to date in the same transaction. Call it inside one: the run's row is locked.
import { TIME_PATH } from '@mistudio/contracts'
import type { Sql } from '@mistudio/sql'
import { isFull } from './fold.js'
import { stepsOf } from './stored-steps.js'
import { packTail, type TailValue } from './tail.js'

export interface StepValues {
  readonly step: number
  readonly values: Readonly<Record<string, number>>
}

/** What was new, in the order given. */
export interface Appended {
  readonly revision: number
  readonly steps: readonly StepValues[]
  /** The tail is long: fold it. */
  readonly full: boolean
}

interface Known {
  readonly ord: number
  /** -1 before the first value. */
  readonly lastStep: number
}

/**
 * Stores values of a run at steps.
 * @param at milliseconds since 1970 of this report
 * @returns null when nothing was new: what was reported before a process died is reported again after it.
 * @throws Error when there is no such run
 */
export async function appendValues(
  tx: Sql,
  runId: string,
  reports: readonly StepValues[],
  at: number,
): Promise<Appended | null> {
  const { rows } = await tx.query<{ revision: string; tail_values: number; series_count: number }>(
    'SELECT revision, tail_values, series_count FROM run WHERE id = $1 FOR NO KEY UPDATE',
    [runId],
  )
  const run = rows[0]
  if (!run) throw new Error(`there is no run ${runId}`)
  const timed = reports.map(({ step, values }) => {
    const withTime: Record<string, number> = Object.assign({}, values)
    withTime[TIME_PATH] = at
    return { step, values: withTime }
  })
  const known = await knownSeries(tx, runId, timed, run.series_count)
  const steps = await freshOf(tx, runId, timed, known)
  if (steps.length === 0) return null
  const tail = steps.flatMap(({ step, values }) =>
    Object.entries(values).map(([path, value]) => ({ ord: ordOf(known, path), step, value })),
  )
  const revision = Number(run.revision) + 1
  const tailValues = run.tail_values + tail.length
  await tx.query('INSERT INTO run_tail (run_id, revision, data) VALUES ($1, $2, $3)', [runId, revision, packTail(tail)])
  await sumUp(tx, runId, known, tail)
  const metrics = [...known.values()].reduce((most, { ord }) => Math.max(most, ord + 1), run.series_count)
  await tx.query('UPDATE run SET revision = $2, tail_values = $3, series_count = $4 WHERE id = $1', [
    ...[runId, revision, tailValues, metrics],
  ])
  return { revision, steps, full: isFull(tailValues, metrics) }
}

const ordOf = (known: ReadonlyMap<string, Known>, path: string): number => known.get(path)?.ord ?? 0

/** The run's metrics by name; new ones get the next numbers. */
async function knownSeries(
  tx: Sql,
  runId: string,
  reports: readonly StepValues[],
  count: number,
): Promise<Map<string, Known>> {
  const paths = [...new Set(reports.flatMap(({ values }) => Object.keys(values)))]
  const { rows } = await tx.query<{ path: string; ord: number; last_step: string }>(
    'SELECT path, ord, last_step FROM run_series WHERE run_id = $1 AND path = ANY($2)',
    [runId, paths],
  )
  const known = new Map(rows.map(({ path, ord, last_step }) => [path, { ord, lastStep: Number(last_step) }]))
  for (const path of paths) if (!known.has(path)) known.set(path, { ord: count++, lastStep: -1 })
  return known
}

/**
 * Values whose step the metric does not have yet. Beyond its newest step that is certain; before it, the stored steps are looked at. The
 * time of a step is taken with the first report that goes beyond all before.
 */
async function freshOf(
  tx: Sql,
  runId: string,
  reports: readonly StepValues[],
  known: ReadonlyMap<string, Known>,
): Promise<StepValues[]> {
  const stored = await storedSteps(tx, runId, reports, known)
  const newest = new Map([...known].map(([path, { lastStep }]) => [path, lastStep]))
  const fresh: StepValues[] = []
  for (const { step, values } of reports) {
    const kept: Record<string, number> = {}
    for (const [path, value] of Object.entries(values)) {
      const last = newest.get(path) ?? -1
      if (step <= last && (path === TIME_PATH || step === last || stored.get(ordOf(known, path))?.has(step))) continue
      if (step > last) newest.set(path, step)
      remember(stored, ordOf(known, path), step)
      kept[path] = value
    }
    if (Object.keys(kept).length > 0) fresh.push({ step, values: kept })
  }
  return fresh
}

function remember(stored: Map<number, Set<number>>, ord: number, step: number): void {
  const steps = stored.get(ord)
  if (steps) steps.add(step)
  else stored.set(ord, new Set([step]))
}

/** Steps that metrics have in the range in which reports go back behind their newest. */
async function storedSteps(
  tx: Sql,
  runId: string,
  reports: readonly StepValues[],
  known: ReadonlyMap<string, Known>,
): Promise<Map<number, Set<number>>> {
  const ords = new Set<number>()
  let [from, to] = [Number.POSITIVE_INFINITY, -1]
  for (const { step, values } of reports) {
    for (const path of Object.keys(values)) {
      const one = known.get(path)
      if (!one || path === TIME_PATH || step >= one.lastStep) continue
      ords.add(one.ord)
      from = Math.min(from, step)
      to = Math.max(to, step)
    }
  }
  return ords.size === 0 ? new Map() : stepsOf(tx, runId, [...ords], from, to)
}

interface Sum {
  count: number
  gaps: number
  sum: number
  min: number | null
  max: number | null
  firstStep: number
  lastStep: number
  last: number
}

function sumsOf(tail: readonly TailValue[]): Map<number, Sum> {
  const sums = new Map<number, Sum>()
  for (const { ord, step, value } of tail) {
    const finite = Number.isFinite(value)
    const before = sums.get(ord)
    const sum = before ?? start(step, value)
    if (!before) sums.set(ord, sum)
    sum.count += 1
    sum.gaps += finite ? 0 : 1
    if (step < sum.firstStep) sum.firstStep = step
    if (step >= sum.lastStep) {
      sum.lastStep = step
      sum.last = value
    }
    if (!finite) continue
    sum.sum += value
    sum.min = Math.min(sum.min ?? value, value)
    sum.max = Math.max(sum.max ?? value, value)
  }
  return sums
}

const start = (step: number, value: number): Sum => {
  return { count: 0, gaps: 0, sum: 0, min: null, max: null, firstStep: step, lastStep: step, last: value }
}

async function sumUp(
  tx: Sql,
  runId: string,
  known: ReadonlyMap<string, Known>,
  tail: readonly TailValue[],
): Promise<void> {
  const sums = sumsOf(tail)
  const rows = [...known].flatMap(([path, { ord }]) => {
    const sum = sums.get(ord)
    return sum ? [{ ord, path, sum }] : []
  })
  await tx.query(
    `INSERT INTO run_series AS s (run_id, ord, path, count, gaps, sum, min, max, first_step, last_step, last)
     SELECT $1::uuid, * FROM unnest($2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::float8[], $7::float8[], $8::float8[],
       $9::bigint[], $10::bigint[], $11::float8[])
     ON CONFLICT (run_id, ord) DO UPDATE SET count = s.count + excluded.count, gaps = s.gaps + excluded.gaps,
       sum = s.sum + excluded.sum, min = least(s.min, excluded.min), max = greatest(s.max, excluded.max),
       first_step = least(s.first_step, excluded.first_step),
       last = CASE WHEN excluded.last_step >= s.last_step THEN excluded.last ELSE s.last END,
       last_step = greatest(s.last_step, excluded.last_step)`,
    [
      runId,
      rows.map(({ ord }) => ord),
      rows.map(({ path }) => path),
      rows.map(({ sum }) => sum.count),
      rows.map(({ sum }) => sum.gaps),
      rows.map(({ sum }) => sum.sum),
      rows.map(({ sum }) => sum.min),
      rows.map(({ sum }) => sum.max),
      rows.map(({ sum }) => sum.firstStep),
      rows.map(({ sum }) => sum.lastStep),
      rows.map(({ sum }) => sum.last),
    ],
  )
}
