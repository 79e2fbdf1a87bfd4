// A product with one long run, some beside it and many in its list, for benchmarks of the metric store. Values are written by the store
// itself, as a worker does. With a folder the product stays, so that it is filled once and asked often.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TRAINING_METRICS, TrainingParamsSchema } from '@mistudio/contracts'
import { appendValues, foldTail } from '@mistudio/runs'
import pg from 'pg'
import { startStack } from '../../e2e/lib/stack.mjs'
import { inTransaction } from '../../worker/dist/runner/database.js'

/** Steps that a report of a fast training brings. */
const LOT = 50
const PATHS = Object.keys(TRAINING_METRICS)
/** Names of metrics, those of trainings first. */
export const pathOf = (/** @type {number} */ n) => PATHS[n] ?? `more_${n}`

/** Repeatable noise in (0, 1) with a full mantissa, as measured numbers have. @param {number} seed */
export const noise = (seed) => {
  let state = seed + 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const high = state
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (high + state / 2 ** 32) / 2 ** 32
  }
}

/** A falling curve with noise, rounded to what float32 holds where a training would. @param {number} step @param {number} n @param {number} r */
export const measured = (step, n, r) => Math.fround((n + 1) * (1 / (1 + step / 2000) + 0.05 * r))

/** A training without metrics or job. @param {pg.Pool | pg.PoolClient} db @param {number} n @param {number} steps */
const makeTraining = async (db, n, steps) => {
  const id = randomUUID()
  const params = JSON.stringify(TrainingParamsSchema.parse({ site: 'blocks.0.hook_resid_post', steps }))
  await db.query(
    `INSERT INTO run (id, kind, name, config, created_at) VALUES ($1, 'sae-training', $2, $3, now() - $4 * interval '1 minute')`,
    [id, `run ${n}`, params, n],
  )
  await db.query(
    `INSERT INTO training (id, model_name, dataset_name, params, d_in, d_sae) VALUES ($1, 'model', 'text', $2, 128, 1024)`,
    [id, params],
  )
  return id
}

/** Writes steps of a run in lots, folding as a worker does. @param {pg.Pool} db @param {string} id @param {number} steps @param {number} metrics @param {number} [size] steps of a lot */
const write = async (db, id, steps, metrics, size = LOT) => {
  const next = noise(metrics)
  for (let from = 0; from < steps; from += size) {
    const lot = Array.from({ length: Math.min(size, steps - from) }, (_, i) => {
      const named = Array.from({ length: metrics }, (_, n) => [pathOf(n), measured(from + i, n, next())])
      return { step: from + i, values: Object.fromEntries(named) }
    })
    await inTransaction(db, async (client) => {
      const appended = await appendValues(client, id, lot, Date.now())
      if (appended?.full) await foldTail(client, id)
    })
  }
  while ((await inTransaction(db, (client) => foldTail(client, id))) > 0);
}

/** @typedef {{ steps: number, metrics: number, runs: number, beside: number, folder?: string | undefined }} Sizes */

/** Writes the runs; tells how long it took. @param {pg.Pool} db @param {Sizes} sizes */
const fill = async (db, { steps, metrics, runs, beside }) => {
  let began = performance.now()
  const long = await makeTraining(db, 0, steps)
  await write(db, long, steps, metrics)
  const seconds = (performance.now() - began) / 1000
  const total = steps * metrics
  const rate = Math.round((total / seconds) * 60).toLocaleString('en-US')
  console.log(`${total.toLocaleString('en-US')} values written in ${seconds.toFixed(0)} s, ${rate} a minute`)
  const { rows: sizes } = await db.query(
    `SELECT sum(pg_total_relation_size(c))::float8 AS bytes FROM unnest(ARRAY['run_chunk','run_tail','run_series']::regclass[]) c`,
  )
  console.log(
    `${(sizes[0].bytes / total).toFixed(1)} bytes a value with pyramids, indexes and rows that wait for a vacuum`,
  )
  await db.query('VACUUM FULL run_chunk, run_tail, run_series')
  const { rows: packed } = await db.query(
    `SELECT sum(pg_total_relation_size(c))::float8 AS bytes FROM unnest(ARRAY['run_chunk','run_tail','run_series']::regclass[]) c`,
  )
  console.log(`${(packed[0].bytes / total).toFixed(1)} bytes a value once it is vacuumed`)
  for (let n = 1; n < beside; n++) await write(db, await makeTraining(db, n, steps), steps, 1, 20 * LOT)
  began = performance.now()
  await inTransaction(db, async (tx) => {
    for (let n = beside; n < runs; n++) {
      const id = await makeTraining(tx, n, steps)
      await tx.query(
        `INSERT INTO run_series (run_id, ord, path, count, gaps, sum, min, max, first_step, last_step, last)
         SELECT $1, i - 1, p, 100, 0, 50, 0, 1, 0, 99, 0.5 FROM unnest($2::text[]) WITH ORDINALITY AS u(p, i)`,
        [id, PATHS.slice(0, 40)],
      )
    }
  })
  await db.query('ANALYZE')
  console.log(
    `${runs.toLocaleString('en-US')} runs in the list, made in ${((performance.now() - began) / 1000).toFixed(0)} s`,
  )
}

/** A started product that holds the runs, the first made is the long one. @param {Sizes} sizes */
export const startWithRuns = async (sizes) => {
  const stack = await startStack({ folder: sizes.folder })
  const url = (await readFile(join(stack.dataDir, 'secrets', 'database-url'), 'utf8')).trim()
  const db = new pg.Pool({ connectionString: url, max: 4 })
  const close = async () => {
    await db.end()
    await stack.stop()
  }
  try {
    const named = () => db.query('SELECT id FROM run ORDER BY length(name), name LIMIT $1', [sizes.beside])
    if ((await named()).rows.length === 0) await fill(db, sizes)
    const [long = '', ...beside] = (await named()).rows.map(({ id }) => /** @type {string} */ (id))
    return { stack, db, long, beside, close }
  } catch (error) {
    await close()
    throw error
  }
}
