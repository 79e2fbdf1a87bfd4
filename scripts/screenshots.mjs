// Makes the pictures of the README from a real run of the demo: npm run screenshots
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { startStack } from '../e2e/lib/stack.mjs'
import { ended, extract, prepare, train } from '../e2e/lib/work.mjs'
import { ensureChromium } from './lib/chromium.mjs'
import { ROOT } from './lib/paths.mjs'

const FOLDER = join(ROOT, 'docs', 'screenshots')
const SITE = 'blocks.2.hook_resid_post'
/** Room for charts and examples to be drawn. */
const SETTLE_MS = 1500

const executablePath = ensureChromium()
if (!executablePath) throw new Error('There is no Chromium to take pictures with. Set CHROMIUM to its path.')
await mkdir(FOLDER, { recursive: true })
const stack = await startStack()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  const { client, url } = stack
  const on = await prepare(client)
  const training = await train(client, on, { site: SITE, expansion: 16, k: 32, steps: 1000, learningRate: 1e-3 })
  const extraction = await extract(client, String(training.saeId), on.tokenizationId, { tokens: 300_000 })
  const { items } = await client.listFeatures({
    params: { id: extraction.id },
    query: { search: 'laughed', maxDensity: 0.02 },
  })
  const feature = items.find(({ topTokens }) => topTokens[0] === ' laughed') ?? items[0]
  if (!feature) throw new Error('No feature was found for the pictures.')
  const features = (/** @type {number} */ strength) => ({ features: [{ index: feature.index, strength }] })
  const steering = await client.createSteering({
    body: {
      modelId: on.modelId,
      extractionId: extraction.id,
      prompt: 'Once upon a time, there was a',
      variants: [features(0.5), features(1)],
      sampling: { maxTokens: 50, seed: 1 },
    },
  })
  await ended(client, String(steering.job?.id))

  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto((await client.createLink()).url)
  await page.waitForTimeout(SETTLE_MS)
  const pictures = {
    // The overview would show a folder of the machine that takes the picture.
    model: `/models/${on.modelId}?tab=architecture`,
    training: `/trainings/${training.id}`,
    features: `/features/${extraction.id}`,
    feature: `/features/${extraction.id}/${feature.index}`,
    steering: `/steering/${steering.id}`,
  }
  for (const [name, path] of Object.entries(pictures)) {
    await page.goto(url + path)
    await page.waitForTimeout(SETTLE_MS)
    await page.screenshot({ path: join(FOLDER, `${name}.png`) })
    console.log(join('docs', 'screenshots', `${name}.png`))
  }
} finally {
  await browser.close()
  await stack.stop()
}
