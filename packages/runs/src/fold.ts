// Moves the tail of a run into chunks of its metrics and their pyramids. What the run holds is the same before and after; a fold that
// dies leaves everything as it was. Call it inside a transaction: the run's row is locked.
import { Buckets } from '@mistudio/contracts'
import type { Sql } from '@mistudio/sql'
import { CHUNK_POINTS, merged, type Points, packPoints, sorted, split, unpackPoints, within } from './points.js'
import { baseWidth, LEVELS, packBuckets, rowStart, rowStop, unpackBuckets, widthOf } from './pyramid.js'
import { readTail, tailLength } from './tail.js'

/** Values a tail may hold before it is folded, so that reading it stays cheap; more where a run has many metrics, each of which is packed. */
const TAIL_VALUES = 32_768
const TAIL_STEPS = 256
/** Whether a tail of a run with so many metrics is to be folded. */
export const isFull = (values: number, metrics: number): boolean =>
  values >= Math.max(TAIL_VALUES, TAIL_STEPS * metrics)
/** Bytes of the tail that one fold takes at most: a run from before has all its values there. */
const FOLD_BYTES = 20 << 20

interface ChunkRow {
  readonly ord: number
  readonly level: number
  readonly start: number
  readonly stop: number
  readonly count: number
  readonly data: Buffer
}

/** Folds the oldest part of a run's tail; answers how many values are left in it. */
export async function foldTail(tx: Sql, runId: string): Promise<number> {
  const { rows: runs } = await tx.query<{ tail_values: number }>(
    'SELECT tail_values FROM run WHERE id = $1 FOR NO KEY UPDATE',
    [runId],
  )
  if (!runs[0]) return 0
  const { rows: tail } = await tx.query<{ revision: string; data: Buffer }>(
    `SELECT revision, data FROM run_tail WHERE run_id = $1 AND revision <= (
       SELECT max(revision) FROM (
         SELECT revision, sum(length(data)) OVER (ORDER BY revision) - length(data) AS before FROM run_tail WHERE run_id = $1
       ) t WHERE before < $2)
     ORDER BY revision`,
    [runId, FOLD_BYTES],
  )
  const newest = tail.at(-1)
  if (!newest) return 0
  const fresh = pointsOf(tail.map(({ data }) => data))
  await foldPoints(tx, runId, fresh)
  await tx.query('DELETE FROM run_tail WHERE run_id = $1 AND revision <= $2', [runId, newest.revision])
  const folded = tail.reduce((sum, { data }) => sum + tailLength(data), 0)
  const { rows: left } = await tx.query<{ tail_values: number }>(
    'UPDATE run SET tail_values = tail_values - $2 WHERE id = $1 RETURNING tail_values',
    [runId, folded],
  )
  return left[0]?.tail_values ?? 0
}

/** Points by metric, in the order of steps. */
function pointsOf(tail: readonly Buffer[]): Map<number, Points> {
  const columns = new Map<number, { steps: number[]; values: number[] }>()
  for (const data of tail) {
    readTail(data, (ord, step, value) => {
      let column = columns.get(ord)
      if (!column) {
        column = { steps: [], values: [] }
        columns.set(ord, column)
      }
      column.steps.push(step)
      column.values.push(value)
    })
  }
  return new Map([...columns].map(([ord, points]) => [ord, sorted(points)]))
}

async function foldPoints(tx: Sql, runId: string, fresh: ReadonlyMap<number, Points>): Promise<void> {
  const { rows: series } = await tx.query<{ ord: number; base: string | null; raised: string }>(
    'SELECT ord, base, raised FROM run_series WHERE run_id = $1 AND ord = ANY($2)',
    [runId, [...fresh.keys()]],
  )
  const open = await openChunks(tx, runId, fresh)
  const written: ChunkRow[] = []
  const levels: LevelPoints[] = []
  for (const { ord, base, raised } of series) {
    const points = fresh.get(ord) ?? NONE
    const parts = split(merged(open.get(ord) ?? NONE, points))
    for (const part of parts) written.push(await pointsRow(ord, part))
    const raise = toRaise(points, parts, Number(raised))
    // A metric without a pyramid has no full chunk yet, so these are all its points.
    if (raise.points.steps.length > 0) levels.push({ ord, base: Number(base ?? baseWidth(raise.points)), ...raise })
  }
  await writeChunks(tx, runId, written)
  await writeChunks(tx, runId, await raisedLevels(tx, runId, levels))
  await noteRaised(tx, runId, levels)
}

const NONE: Points = { steps: [], values: [] }

/**
 * Points that go into the pyramid: those of full chunks, once; the chunk that still fills is read as it is. What comes late behind them
 * goes there at once.
 */
function toRaise(fresh: Points, parts: readonly Points[], raised: number): { points: Points; raised: number } {
  const late = within(fresh, 0, raised)
  const full = parts.slice(0, -1).map((part) => within(part, raised + 1, Number.POSITIVE_INFINITY))
  const steps = late.steps.concat(...full.map((part) => part.steps))
  const values = late.values.concat(...full.map((part) => part.values))
  const newest = full.reduce((most, part) => Math.max(most, part.steps.at(-1) ?? -1), raised)
  return { points: { steps, values }, raised: newest }
}

async function pointsRow(ord: number, points: Points): Promise<ChunkRow> {
  const { steps } = points
  const [start, stop] = [steps[0] ?? 0, steps.at(-1) ?? 0]
  return { ord, level: 0, start, stop, count: steps.length, data: await packPoints(points) }
}

/** Takes out the chunks that the new points fall into or come before, and the newest one while it has room. */
async function openChunks(tx: Sql, runId: string, fresh: ReadonlyMap<number, Points>): Promise<Map<number, Points>> {
  const ords = [...fresh.keys()]
  const from = [...fresh.values()].map(({ steps }) => steps[0] ?? 0)
  const { rows } = await tx.query<{ ord: number; start: string; count: number; data: Buffer }>(
    `DELETE FROM run_chunk c USING unnest($2::int[], $3::bigint[]) AS f(ord, step)
     WHERE c.run_id = $1 AND c.ord = f.ord AND c.level = 0 AND (c.stop >= f.step OR (c.count < $4 AND c.start =
       (SELECT max(start) FROM run_chunk n WHERE n.run_id = $1 AND n.ord = f.ord AND n.level = 0)))
     RETURNING c.ord, c.start, c.count, c.data`,
    [runId, ords, from, CHUNK_POINTS],
  )
  const open = new Map<number, { steps: number[]; values: number[] }>()
  for (const { ord, count, data } of rows.sort((a, b) => Number(a.start) - Number(b.start))) {
    const { steps, values } = unpackPoints(data, count)
    const before = open.get(ord)
    open.set(ord, {
      steps: before ? before.steps.concat(steps) : [...steps],
      values: before ? before.values.concat(values) : [...values],
    })
  }
  return open
}

interface LevelPoints {
  readonly ord: number
  readonly base: number
  readonly points: Points
  /** Newest step in the pyramid with these. */
  readonly raised: number
}

const rowKey = (ord: number, level: number, start: number): string => `${ord} ${level} ${start}`

/** The rows of all levels that these points fall into, with the points in them. */
async function raisedLevels(tx: Sql, runId: string, metrics: readonly LevelPoints[]): Promise<ChunkRow[]> {
  const rows = new Map<string, { ord: number; level: number; start: number; stop: number; buckets: Buckets }>()
  for (const { ord, base, points } of metrics) {
    for (let level = 1; level <= LEVELS; level++) {
      const width = widthOf(base, level)
      for (const step of points.steps) {
        const start = rowStart(step, width)
        const key = rowKey(ord, level, start)
        if (!rows.has(key))
          rows.set(key, { ord, level, start, stop: rowStop(start, width), buckets: new Buckets(width) })
      }
    }
  }
  const wanted = [...rows.values()]
  const { rows: stored } = await tx.query<{ ord: number; level: number; start: string; count: number; data: Buffer }>(
    `SELECT c.ord, c.level, c.start, c.count, c.data FROM run_chunk c
     JOIN unnest($2::int[], $3::smallint[], $4::bigint[]) AS w(ord, level, start)
       ON c.ord = w.ord AND c.level = w.level AND c.start = w.start WHERE c.run_id = $1`,
    [runId, wanted.map(({ ord }) => ord), wanted.map(({ level }) => level), wanted.map(({ start }) => start)],
  )
  for (const { ord, level, start, count, data } of stored) {
    const row = rows.get(rowKey(ord, level, Number(start)))
    if (row) row.buckets = unpackBuckets(data, count, row.buckets.width)
  }
  for (const { ord, base, points } of metrics) {
    for (let level = 1; level <= LEVELS; level++) {
      const width = widthOf(base, level)
      for (const [i, step] of points.steps.entries()) {
        rows.get(rowKey(ord, level, rowStart(step, width)))?.buckets.add(step, points.values[i] as number)
      }
    }
  }
  return Promise.all(
    [...rows.values()].map(async ({ ord, level, start, stop, buckets }) => {
      return { ord, level, start, stop, count: buckets.length, data: await packBuckets(buckets) }
    }),
  )
}

async function noteRaised(tx: Sql, runId: string, metrics: readonly LevelPoints[]): Promise<void> {
  if (metrics.length === 0) return
  await tx.query(
    `UPDATE run_series s SET base = n.base, raised = n.raised FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS n(ord, base, raised)
     WHERE s.run_id = $1 AND s.ord = n.ord`,
    [runId, metrics.map(({ ord }) => ord), metrics.map(({ base }) => base), metrics.map(({ raised }) => raised)],
  )
}

async function writeChunks(tx: Sql, runId: string, rows: readonly ChunkRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    `INSERT INTO run_chunk (run_id, ord, level, start, stop, count, data)
     SELECT $1::uuid, * FROM unnest($2::int[], $3::smallint[], $4::bigint[], $5::bigint[], $6::int[], $7::bytea[])
     ON CONFLICT (run_id, ord, level, start) DO UPDATE SET stop = excluded.stop, count = excluded.count, data = excluded.data`,
    [
      runId,
      rows.map(({ ord }) => ord),
      rows.map(({ level }) => level),
      rows.map(({ start }) => start),
      rows.map(({ stop }) => stop),
      rows.map(({ count }) => count),
      rows.map(({ data }) => data),
    ],
  )
}
