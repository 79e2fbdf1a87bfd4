// How fast the feature list and the feature page answer with many features, on a real extraction, and whether the list scrolls
// without a stall in a browser.
//   node bench/features.mjs [--expansion 128] [--calls 100]
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { startStack } from '../e2e/lib/stack.mjs'
import { extract, prepare, train } from '../e2e/lib/work.mjs'
import { ensureChromium } from '../scripts/lib/chromium.mjs'
import { at, frameGaps, timesOf } from './lib/timings.mjs'

const { values } = parseArgs({
  options: { expansion: { type: 'string', default: '128' }, calls: { type: 'string', default: '100' } },
})
const CALLS = Number(values.calls)

const ms = (/** @type {number[]} */ sorted, /** @type {number} */ share) => at(sorted, share).toFixed(1)

/** Scrolls the browser's list through its whole height and returns the time between frames. @param {string} link @param {string} address */
const scroll = async (link, address) => {
  const executablePath = ensureChromium()
  if (!executablePath) return null
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    await page.goto(link)
    await page.waitForTimeout(500)
    await page.goto(address)
    await page.getByRole('table', { name: 'Features' }).waitFor()
    await page.waitForTimeout(1000)
    await page.mouse.move(700, 600)
    const frames = frameGaps(page)
    for (let turn = 0; turn < 100; turn++) {
      await page.mouse.wheel(0, 7000)
      await page.waitForTimeout(60)
    }
    const gaps = await frames
    const rows = await page.getByRole('table', { name: 'Features' }).getByRole('row').count()
    return { gaps, rows }
  } finally {
    await browser.close()
  }
}

const stack = await startStack()
try {
  const { client } = stack
  const on = await prepare(client)
  const params = {
    site: 'blocks.2.hook_resid_post',
    expansion: Number(values.expansion),
    k: 32,
    steps: 200,
    warmupSteps: 20,
    decaySteps: 40,
    evalEvery: 200,
  }
  const { saeId } = await train(client, on, params)
  const extraction = await extract(client, String(saeId), on.tokenizationId, { tokens: 200_000, text: 'all' })
  console.log(
    `${extraction.summary?.features} features, ${extraction.summary?.aliveFeatures} alive, ${extraction.summary?.examples} examples`,
  )
  const id = extraction.id
  const { items } = await client.listFeatures({ params: { id }, query: { limit: 500 } })
  const indices = items.map(({ index }) => index)
  /** @type {[string, (call: number) => Promise<unknown>][]} */
  const questions = [
    ['feature page', (call) => client.getFeature({ params: { id, index: indices[call % indices.length] ?? 0 } })],
    ['list, default', (call) => client.listFeatures({ params: { id }, query: { offset: call * 100 } })],
    [
      'list, by density',
      (call) => client.listFeatures({ params: { id }, query: { sort: 'density', offset: call * 100 } }),
    ],
    ['list, by label', (call) => client.listFeatures({ params: { id }, query: { sort: 'label', offset: call * 100 } })],
    [
      'list, density filter',
      () => client.listFeatures({ params: { id }, query: { minDensity: 0.001, maxDensity: 0.01 } }),
    ],
    ['search, rare word', () => client.listFeatures({ params: { id }, query: { search: 'princess' } })],
    ['search, common word', () => client.listFeatures({ params: { id }, query: { search: 'the' } })],
  ]
  for (const [name, ask] of questions) {
    const sorted = await timesOf(CALLS, ask)
    console.log(`${name.padEnd(22)} p50 ${ms(sorted, 0.5)} ms  p95 ${ms(sorted, 0.95)} ms`)
  }
  const scrolled = await scroll((await client.createLink()).url, `${stack.url}/features/${id}`)
  if (scrolled) {
    const { gaps, rows } = scrolled
    console.log(
      `scrolling: ${gaps.length} frames, p50 ${ms(gaps, 0.5)} ms, p95 ${ms(gaps, 0.95)} ms, longest ${ms(gaps, 1)} ms; ${rows} rows in the page`,
    )
  }
} finally {
  await stack.stop()
}
