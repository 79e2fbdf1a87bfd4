// The page of a long training in a browser: when its curves are there, its frames while values arrive, and whether two browsers, one opened
// late, show the same. Values go the worker's way: stored, then told.
//   node bench/runs-page.mjs [--steps 500000] [--metrics 100] [--folder DIR]
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { ensureChromium } from '../scripts/lib/chromium.mjs'
import { inTransaction } from '../worker/dist/runner/database.js'
import { storeMetrics } from '../worker/dist/runs/metrics.js'
import { Publisher } from '../worker/dist/supervisor/publisher.js'
import { measured, noise, pathOf, startWithRuns } from './lib/stored-runs.mjs'
import { at, frameGaps } from './lib/timings.mjs'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '500000' },
    metrics: { type: 'string', default: '100' },
    folder: { type: 'string' },
  },
})
const [STEPS, METRICS] = [Number(values.steps), Number(values.metrics)]
/** Reports a second, each of so many steps. */
const REPORTS = 5
const STEPS_OF_REPORT = 4

const executablePath = ensureChromium()
if (!executablePath) throw new Error('There is no browser to measure the page in.')
const { stack, db, long, close } = await startWithRuns({
  steps: STEPS,
  metrics: METRICS,
  runs: 1,
  beside: 1,
  folder: values.folder,
})
// The worker's own client.
const { Redis } = createRequire(new URL('../worker/package.json', import.meta.url))('ioredis')
const redis = new Redis((await readFile(join(stack.dataDir, 'secrets', 'redis-url'), 'utf8')).trim())
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
const publisher = new Publisher(redis)
const next = noise(1)
const { rows: newest } = await db.query('SELECT max(last_step) AS step FROM run_series WHERE run_id = $1', [long])
let step = Number(newest[0].step)

/** Stores and tells one report. */
const report = async () => {
  const reports = Array.from({ length: STEPS_OF_REPORT }, () => {
    step++
    const named = Array.from({ length: METRICS }, (_, n) => [pathOf(n), measured(step, n, next())])
    return { kind: /** @type {const} */ ('metrics'), step, values: Object.fromEntries(named) }
  })
  publisher.values(await inTransaction(db, (client) => storeMetrics(client, long, reports)))
}

/** A signed-in browser on the page. */
const opened = async () => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto((await stack.client.createLink()).url)
  await page.waitForTimeout(1000)
  await page.goto(`${stack.url}/trainings/${long}`)
  await page.locator('canvas').first().waitFor()
  return page
}

/** What the chart of the loss shows, as a table. @param {import('@playwright/test').Page} page */
const lossOf = async (page) => {
  const chart = page.getByRole('figure', { name: 'Loss', exact: true })
  const table = chart.getByText('Table of loss')
  await table.click()
  const text = await chart.getByRole('table').innerText()
  await table.click()
  return text
}

try {
  const early = await opened()
  const times = []
  for (let turn = 0; turn < 7; turn++) {
    await early.goto('about:blank')
    const began = performance.now()
    await early.goto(`${stack.url}/trainings/${long}`)
    await early.locator('canvas').first().waitFor()
    times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  console.log(
    `page with ${STEPS.toLocaleString('en-US')} steps × ${METRICS} metrics: curves after ${at(times, 0.5).toFixed(0)} ms (median of 7, from a blank page; longest ${at(times, 1).toFixed(0)} ms)`,
  )
  await early.waitForTimeout(3000)
  const still = await frameGaps(early)
  const tell = (/** @type {string} */ name, /** @type {number[]} */ gaps) =>
    console.log(
      `${name}: ${(gaps.length / 8).toFixed(0)} frames a second, gaps p50 ${at(gaps, 0.5).toFixed(0)} ms, p95 ${at(gaps, 0.95).toFixed(0)} ms, p99 ${at(gaps, 0.99).toFixed(0)} ms, longest ${at(gaps, 1).toFixed(0)} ms`,
    )
  tell('page at rest', still)
  const before = await lossOf(early)
  let going = true
  const reporting = (async () => {
    while (going) {
      const began = performance.now()
      await report()
      await new Promise((done) => setTimeout(done, Math.max(0, 1000 / REPORTS - (performance.now() - began))))
    }
  })()
  tell(`page while ${REPORTS * STEPS_OF_REPORT * METRICS} values a second arrive`, await frameGaps(early))
  const late = await opened()
  await late.waitForTimeout(3000)
  going = false
  await reporting
  await early.waitForTimeout(3000)
  const [first, second] = [await lossOf(early), await lossOf(late)]
  if (first !== second) throw new Error(`two browsers show different values:\n${first}\n${second}`)
  if (first === before) throw new Error('the values that came are not shown')
  console.log('two browsers, one opened late: the same values, those that came among them')
} finally {
  await browser.close()
  redis.disconnect()
  await close()
}
