// The metric store at its sizes: a run of many steps and metrics, many runs in a list, several on one chart; through the API of a started
// product. Values are written by the store itself, as a worker does. Last lines: what a browser sees of the long run.
//   node bench/runs.mjs [--steps 500000] [--metrics 100] [--runs 10000] [--calls 40] [--beside 20]
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { TRAINING_METRICS, TrainingParamsSchema } from '@mistudio/contracts'
import { appendValues, foldTail } from '@mistudio/runs'
import { chromium } from '@playwright/test'
import pg from 'pg'
import { startStack } from '../e2e/lib/stack.mjs'
import { ensureChromium } from '../scripts/lib/chromium.mjs'
import { at, frameGaps, timesOf } from './lib/timings.mjs'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '500000' },
    metrics: { type: 'string', default: '100' },
    runs: { type: 'string', default: '10000' },
    calls: { type: 'string', default: '40' },
    beside: { type: 'string', default: '20' },
  },
})
const [STEPS, METRICS, RUNS, CALLS, BESIDE] = [
  Number(values.steps),
  Number(values.metrics),
  Number(values.runs),
  Number(values.calls),
  Number(values.beside),
]
const LOT = 50
const PATHS = Object.keys(TRAINING_METRICS)
const pathOf = (/** @type {number} */ n) => PATHS[n] ?? `more_${n}`

/** Repeatable noise in (0, 1) with a full mantissa, as measured numbers have. @param {number} seed */
const noise = (seed) => {
  let state = seed + 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const high = state
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (high + state / 2 ** 32) / 2 ** 32
  }
}

/** A falling curve with noise, rounded to what float32 holds where a training would. @param {number} step @param {number} n @param {number} r */
const measured = (step, n, r) => Math.fround((n + 1) * (1 / (1 + step / 2000) + 0.05 * r))

/** @template T @param {pg.Pool} db @param {(client: pg.PoolClient) => Promise<T>} work */
const inTransaction = async (db, work) => {
  const client = await db.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } finally {
    client.release()
  }
}

/** A finished training without metrics. @param {pg.Pool} db @param {number} n */
const makeTraining = async (db, n) => {
  const id = randomUUID()
  const params = JSON.stringify(TrainingParamsSchema.parse({ site: 'blocks.0.hook_resid_post', steps: STEPS }))
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

/** Writes steps of a run in lots, folding as a worker does. @param {pg.Pool} db @param {string} id @param {number} steps @param {number} metrics */
const write = async (db, id, steps, metrics) => {
  const next = noise(metrics)
  for (let from = 0; from < steps; from += LOT) {
    const lot = Array.from({ length: Math.min(LOT, steps - from) }, (_, i) => {
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

/** @param {string} name @param {(call: number) => Promise<unknown>} ask */
const time = async (name, ask) => {
  const taken = await timesOf(CALLS, ask)
  console.log(`${name.padEnd(44)} p50 ${at(taken, 0.5).toFixed(0)} ms  p95 ${at(taken, 0.95).toFixed(0)} ms`)
}

const stack = await startStack()
const url = (await readFile(join(stack.dataDir, 'secrets', 'database-url'), 'utf8')).trim()
const db = new pg.Pool({ connectionString: url, max: 4 })
try {
  const { client } = stack
  const long = await makeTraining(db, 0)
  let began = performance.now()
  await write(db, long, STEPS, METRICS)
  const seconds = (performance.now() - began) / 1000
  const total = STEPS * METRICS
  console.log(
    `${total.toLocaleString('en-US')} values written in ${seconds.toFixed(0)} s, ${Math.round((total / seconds) * 60).toLocaleString('en-US')} a minute`,
  )
  const { rows: sizes } = await db.query(
    `SELECT sum(pg_total_relation_size(c))::float8 AS bytes FROM unnest(ARRAY['run_chunk','run_tail','run_series']::regclass[]) c`,
  )
  console.log(`${(sizes[0].bytes / total).toFixed(1)} bytes a value with pyramids, indexes and TOAST`)
  const { rows: kept } = await db.query(
    `SELECT (SELECT sum(count) FROM run_series WHERE run_id = $1 AND path <> '_time')::bigint AS told,
       (SELECT sum(c.count) FROM run_chunk c JOIN run_series s USING (run_id, ord) WHERE run_id = $1 AND level = 0 AND path <> '_time')::bigint AS chunked,
       (SELECT count(*) FROM run_tail WHERE run_id = $1) AS tail, (SELECT count(*) FROM job_event WHERE type = 'metrics') AS events`,
    [long],
  )
  console.log(
    `one copy: ${kept[0].told} values told, ${kept[0].chunked} in chunks, ${kept[0].tail} rows of tail, ${kept[0].events} events`,
  )

  /** @type {string[]} */
  const beside = []
  for (let n = 1; n < BESIDE; n++) {
    const id = await makeTraining(db, n)
    await write(db, id, STEPS, 1)
    beside.push(id)
  }
  began = performance.now()
  await inTransaction(db, async (tx) => {
    for (let n = BESIDE; n < RUNS; n++) {
      const id = await makeTraining(/** @type {any} */ (tx), n)
      await tx.query(
        `INSERT INTO run_series (run_id, ord, path, count, gaps, sum, min, max, first_step, last_step, last)
         SELECT $1, i - 1, p, 100, 0, 50, 0, 1, 0, 99, 0.5 FROM unnest($2::text[]) WITH ORDINALITY AS u(p, i)`,
        [id, PATHS.slice(0, 40)],
      )
    }
  })
  await db.query('ANALYZE')
  console.log(
    `${RUNS.toLocaleString('en-US')} runs in the list (made in ${((performance.now() - began) / 1000).toFixed(0)} s)`,
  )

  const key = encodeURIComponent(pathOf(0))
  const one = (/** @type {object} */ query) => client.runSeries({ params: { id: long }, query })
  await time('one chart, whole run', () => one({ keys: key }))
  await time('one chart, a tenth of it', (call) =>
    one({ keys: key, from: (call * STEPS) / 50, to: (call * STEPS) / 50 + STEPS / 10 }),
  )
  await time('one chart, 2,000 steps', (call) => one({ keys: key, from: call * 5000, to: call * 5000 + 2000 }))
  await time(`${BESIDE} runs on one chart`, () =>
    client.runsSeries({ query: { ids: [long, ...beside].join(), keys: key } }),
  )
  await time(`page of a training: ${METRICS} metrics`, () => one({}))
  await time('summary of all metrics', () => client.runMetrics({ params: { id: long } }))
  await time('list, 50 of all', (call) => client.page('listTrainings', { query: { limit: 50, offset: call * 50 } }))
  await time('list, search by name', (call) =>
    client.page('listTrainings', { query: { limit: 50, search: `run ${call}` } }),
  )
  await time('list, by final FVU', () => client.page('listTrainings', { query: { limit: 50, sort: 'fvu' } }))
  await open((await client.createLink()).url, `${stack.url}/training/${long}`)
} finally {
  await db.end()
  await stack.stop()
}

/** The long run in a browser: time to its curves, then the frames of the page. @param {string} link @param {string} address */
async function open(link, address) {
  const executablePath = ensureChromium()
  if (!executablePath) return console.log('no browser: page not measured')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    await page.goto(link)
    await page.waitForTimeout(1000)
    const opened = []
    for (let turn = 0; turn < 5; turn++) {
      await page.goto('about:blank')
      const began = performance.now()
      await page.goto(address)
      await page.locator('canvas').first().waitFor()
      opened.push(performance.now() - began)
    }
    opened.sort((a, b) => a - b)
    console.log(
      `page with ${STEPS.toLocaleString('en-US')} steps: curves after ${at(opened, 0.5).toFixed(0)} ms (median of 5, from a blank page)`,
    )
    const gaps = await frameGaps(page)
    console.log(
      `page at rest: ${gaps.length} frames in 8 s, p95 ${at(gaps, 0.95).toFixed(0)} ms, longest ${at(gaps, 1).toFixed(0)} ms`,
    )
  } finally {
    await browser.close()
  }
}
