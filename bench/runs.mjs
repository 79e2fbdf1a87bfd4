// The metric store at its sizes: a run of many steps and metrics, many runs in a list, several on one chart; through the API of a started
// product. With --folder the product is kept there, and filled only the first time.
//   node bench/runs.mjs [--steps 500000] [--metrics 100] [--runs 10000] [--calls 40] [--beside 20] [--folder DIR]
import { parseArgs } from 'node:util'
import { pathOf, startWithRuns } from './lib/stored-runs.mjs'
import { at, timesOf } from './lib/timings.mjs'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '500000' },
    metrics: { type: 'string', default: '100' },
    runs: { type: 'string', default: '10000' },
    calls: { type: 'string', default: '40' },
    beside: { type: 'string', default: '20' },
    folder: { type: 'string' },
  },
})
const [STEPS, METRICS, CALLS] = [Number(values.steps), Number(values.metrics), Number(values.calls)]
const sizes = { runs: Number(values.runs), beside: Number(values.beside), folder: values.folder }

/** @param {string} name @param {(call: number) => Promise<unknown>} ask */
const time = async (name, ask) => {
  await ask(0)
  const taken = await timesOf(CALLS, ask)
  console.log(`${name.padEnd(44)} p50 ${at(taken, 0.5).toFixed(0)} ms  p95 ${at(taken, 0.95).toFixed(0)} ms`)
}

const { stack, db, long, beside, close } = await startWithRuns(Object.assign({ steps: STEPS, metrics: METRICS }, sizes))
try {
  const { client } = stack
  const { rows: kept } = await db.query(
    `SELECT (SELECT sum(count) FROM run_series WHERE run_id = $1 AND path <> '_time')::bigint AS told,
       (SELECT sum(c.count) FROM run_chunk c JOIN run_series s USING (run_id, ord) WHERE run_id = $1 AND level = 0 AND path <> '_time')::bigint AS chunked,
       (SELECT count(*) FROM run_tail WHERE run_id = $1) AS tail, (SELECT count(*) FROM job_event WHERE type = 'metrics') AS events`,
    [long],
  )
  const { told, chunked, tail, events } = kept[0]
  console.log(`one copy: ${told} values told, ${chunked} in chunks, ${tail} rows of tail, ${events} events`)

  const key = encodeURIComponent(pathOf(0))
  const one = (/** @type {object} */ query) => client.runSeries({ params: { id: long }, query })
  await time('one chart, whole run', () => one({ keys: key }))
  await time('one chart, a tenth of it', (call) =>
    one({ keys: key, from: (call * STEPS) / 50, to: (call * STEPS) / 50 + STEPS / 10 }),
  )
  await time('one chart, 2,000 steps', (call) => one({ keys: key, from: call * 5000, to: call * 5000 + 2000 }))
  await time(`${sizes.beside} runs on one chart`, () =>
    client.runsSeries({ query: { ids: [long, ...beside].join(), keys: key } }),
  )
  await time(`${METRICS} metrics at once, as a page asks`, () => one({ points: 400 }))
  await time('summary of all metrics', () => client.runMetrics({ params: { id: long } }))
  await time('list, 50 of all', (call) => client.page('listTrainings', { query: { limit: 50, offset: call * 50 } }))
  await time('list, search by name', (call) =>
    client.page('listTrainings', { query: { limit: 50, search: `run ${call}` } }),
  )
  await time('list, by final FVU', () => client.page('listTrainings', { query: { limit: 50, sort: 'fvu' } }))
} finally {
  await close()
}
