// Guards the store on a real PostgreSQL: what goes in comes out, each value once, whatever is folded when; buckets are right and never move.
import { randomUUID } from 'node:crypto'
import { type OwnDatabase, ownDatabase } from '@mistudio/sql/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendValues, foldTail, readBuckets, readPoints, type StepValues, summariesOf } from './index.js'

let database: OwnDatabase
let db: pg.Client

beforeAll(async () => {
  database = await ownDatabase('runs')
  db = new pg.Client(database.url)
  await db.connect()
})
afterAll(async () => {
  await db.end()
  await database.drop()
})

const newRun = async (): Promise<string> => {
  const id = randomUUID()
  await db.query(`INSERT INTO run (id, kind, name) VALUES ($1, 'test', 'r')`, [id])
  return id
}
const ALL = { keys: null, from: null, to: null }
const put = (id: string, steps: readonly StepValues[]) => appendValues(db, id, steps, 1_700_000_000_000)
const pointsOf = async (id: string) =>
  Object.fromEntries([...((await readPoints(db, id, ALL))?.series ?? [])].map(([key, p]) => [key, p]))
const foldAll = async (id: string): Promise<void> => {
  while ((await foldTail(db, id)) > 0);
}

/** Small repeatable numbers. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** What buckets of a width must be, by a plain loop over all values. */
function plainly(steps: readonly number[], values: readonly number[], width: number) {
  const groups = new Map<number, number[]>()
  for (const [i, step] of steps.entries()) {
    const at = Math.floor(step / width) * width
    const group = groups.get(at)
    if (group) group.push(values[i] as number)
    else groups.set(at, [values[i] as number])
  }
  return [...groups].map(([at, inside]) => {
    const finite = inside.filter(Number.isFinite)
    return {
      at,
      count: inside.length,
      gaps: inside.length - finite.length,
      first: inside[0],
      last: inside.at(-1),
      min: finite.length ? Math.min(...finite) : Number.NaN,
      max: finite.length ? Math.max(...finite) : Number.NaN,
    }
  })
}

describe('values of a run', () => {
  it('come back bit for bit, also those that are not finite, before and after a fold', async () => {
    const id = await newRun()
    const values = [
      0.1,
      -0,
      5e-324,
      1.7976931348623157e308,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]
    await put(
      id,
      values.map((value, i) => ({ step: 3 * i, values: { a: value } })),
    )
    for (const when of ['tail', 'chunk']) {
      const { a } = await pointsOf(id)
      expect(a?.steps, when).toEqual([0, 3, 6, 9, 12, 15, 18])
      expect(a?.values.map((value) => (Object.is(value, -0) ? '-0' : value))).toEqual(
        values.map((value) => (Object.is(value, -0) ? '-0' : value)),
      )
      await foldAll(id)
    }
    const [a] = (await summariesOf(db, [id])).get(id) ?? []
    expect(a).toMatchObject({
      path: 'a',
      count: 7,
      gaps: 3,
      min: 0,
      max: 1.7976931348623157e308,
      firstStep: 0,
      lastStep: 18,
      last: '-Infinity',
    })
  })

  it('count once: a replay changes nothing, in the tail, in chunks and across both', async () => {
    const id = await newRun()
    const lot = (from: number, to: number, base: number) =>
      Array.from({ length: to - from }, (_, i) => ({ step: from + i, values: { a: base + from + i, b: from + i } }))
    await put(id, lot(0, 50, 0))
    await foldAll(id)
    await put(id, lot(50, 80, 0))
    const before = await pointsOf(id)
    expect(await put(id, lot(30, 70, 1000))).toBeNull()
    const appended = await put(id, lot(60, 90, 0))
    expect(appended?.steps.map(({ step }) => step)).toEqual([80, 81, 82, 83, 84, 85, 86, 87, 88, 89])
    const after = await pointsOf(id)
    expect(after['a']?.values.slice(0, 80)).toEqual(before['a']?.values)
    expect(after['a']?.steps).toEqual(Array.from({ length: 90 }, (_, i) => i))
    expect((await summariesOf(db, [id])).get(id)?.[0]).toMatchObject({
      count: 90,
      min: 0,
      max: 89,
      mean: 44.5,
      last: 89,
    })
    // Two values of one step within one lot: the first counts.
    await put(id, [
      { step: 100, values: { a: 1 } },
      { step: 100, values: { a: 2, c: 3 } },
    ])
    expect((await pointsOf(id))['a']?.values.at(-1)).toBe(1)
    expect((await pointsOf(id))['c']).toEqual({ steps: [100], values: [3] })
  })

  it('may come out of order, whenever the tail is folded', async () => {
    const next = random(7)
    for (const folds of [0, 1, 5]) {
      const id = await newRun()
      const steps = Array.from({ length: 10_000 }, (_, i) => i).sort(() => next() - 0.5)
      for (let from = 0; from < steps.length; from += 2000) {
        await put(
          id,
          steps.slice(from, from + 2000).map((step) => ({ step, values: { a: step / 7 } })),
        )
        if (folds === 5 || (folds === 1 && from === 4000)) await foldAll(id)
      }
      const { a } = await pointsOf(id)
      expect(a?.steps).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
      expect(a?.values).toEqual(a?.steps.map((step) => step / 7))
      const read = await readBuckets(db, id, { keys: ['a'], from: null, to: null }, 100)
      expect(read?.series.get('a')?.buckets.count.reduce((sum, n) => sum + n, 0)).toBe(10_000)
    }
  })

  it('of a run that is gone are refused', async () => {
    await expect(put(randomUUID(), [{ step: 0, values: { a: 1 } }])).rejects.toThrow('no run')
    expect(await readBuckets(db, randomUUID(), ALL, 10)).toBeNull()
  })

  it('go with their run', async () => {
    const id = await newRun()
    await put(id, [{ step: 0, values: { a: 1 } }])
    await foldAll(id)
    await db.query('DELETE FROM run WHERE id = $1', [id])
    for (const table of ['run_series', 'run_tail', 'run_chunk']) {
      const { rows } = await db.query(`SELECT 1 FROM ${table} WHERE run_id = $1`, [id])
      expect(rows).toEqual([])
    }
  })
})

describe('buckets', () => {
  it('are those of a plain loop at every zoom, and stay while the run grows', async () => {
    const id = await newRun()
    const next = random(1)
    const [steps, values]: [number[], number[]] = [[], []]
    const grow = async (count: number): Promise<void> => {
      const lot: StepValues[] = []
      for (let i = 0; i < count; i++) {
        const step = (steps.at(-1) ?? 0) + 1 + Math.floor(3 * next())
        const value = next() < 0.01 ? Number.NaN : 100 * next() - 50
        steps.push(step)
        values.push(value)
        lot.push({ step, values: { a: value } })
      }
      await put(id, lot)
    }
    const read = async (from: number | null, to: number | null, points: number) => {
      const buckets = (await readBuckets(db, id, { keys: ['a'], from, to }, points))?.series.get('a')?.buckets
      if (!buckets) throw new Error('no series')
      const rows = buckets.at.map((at, i) => {
        const of = (column: readonly number[]) => column[i] as number
        return {
          at,
          count: of(buckets.count),
          gaps: of(buckets.gaps),
          first: of(buckets.first),
          last: of(buckets.last),
          min: of(buckets.min),
          max: of(buckets.max),
        }
      })
      return { width: buckets.width, rows }
    }
    let before: Awaited<ReturnType<typeof read>> | null = null
    for (let lot = 0; lot < 8; lot++) {
      await grow(5000)
      if (lot % 3 === 2) await foldAll(id)
      const last = steps.at(-1) as number
      for (const [from, to, points] of [
        [null, null, 100],
        [null, null, 1000],
        [1000, 30_000, 200],
        [last - 3000, null, 50],
        [5000, 5200, 1000],
      ] as const) {
        const { width, rows } = await read(from, to, points)
        expect(rows.length).toBeLessThanOrEqual(points + 1)
        const inside = plainly(steps, values, width).filter(({ at }) => at + width > (from ?? 0) && at <= (to ?? last))
        if (width > 1) expect(rows).toEqual(inside)
        else
          expect(rows.map(({ at, last: value }) => [at, value])).toEqual(
            steps.flatMap((step, i) => (step >= (from ?? 0) && step <= (to ?? last) ? [[step, values[i]]] : [])),
          )
      }
      const now = await read(null, null, 100)
      if (before && before.width === now.width)
        expect(now.rows.slice(0, before.rows.length - 1)).toEqual(before.rows.slice(0, -1))
      before = now
    }
    const { rows: levels } = await db.query('SELECT DISTINCT level FROM run_chunk WHERE run_id = $1', [id])
    expect(levels.length).toBeGreaterThan(3)
  })
})
