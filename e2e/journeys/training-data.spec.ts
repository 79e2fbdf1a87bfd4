// What trainings read: a capture instead of the model, and several sites at once as a crosscoder; both by hand, to the SAE's page.
import { expect, type Page, test } from '@playwright/test'
import { chooseSite } from '../lib/choose-site.js'
import { prepared } from '../lib/prepared.js'
import { world } from '../lib/world.js'

const w = world()
const LONG = { timeout: 120_000 }
const [EARLY, LATE] = ['blocks.1.hook_resid_post', 'blocks.3.hook_resid_post']

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })
const select = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true })

/** Settings that take a few seconds. */
async function small(page: Page): Promise<void> {
  await field(page, 'Expansion').fill('2')
  await field(page, 'Steps').fill('60')
  await field(page, 'Batch size').fill('256')
  await field(page, 'Warm-up').fill('10')
  await field(page, 'Decay').fill('10')
  await page.getByText('Advanced').click()
  // Enough documents for intervals, without which CE recovered has no value.
  await field(page, 'Evaluation tokens').fill('4096')
  await field(page, 'Evaluate every').fill('20')
}

test('train from a capture, then a crosscoder from it', async ({ page }) => {
  test.setTimeout(600_000)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const on = await prepared(w)
  const { url } = await w.client.createLink()
  await page.goto(url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
  const open = (path: string) => page.goto(new URL(path, url).href)
  const fresh = `/trainings/new?modelId=${on.modelId}&tokenizationId=${on.tokenizationId}`
  const start = async () => {
    await page.getByRole('button', { name: 'Start training' }).click()
    await expect(page).toHaveURL(/\/trainings\/[0-9a-f-]{36}$/)
    return page.url().split('/').at(-1) ?? ''
  }
  let captureId = ''

  await test.step('without a capture the form says where to make one', async () => {
    await open(fresh)
    await expect(select(page, 'Activations')).toHaveValue('live')
    await page.getByRole('link', { name: 'Make one' }).click()
    await expect(page.getByRole('heading', { name: 'Capture activations', level: 1 })).toBeVisible()
  })

  await test.step('a finished capture becomes the source, with its sites and tokens', async () => {
    const params = {
      sites: [EARLY, LATE],
      tokens: 6000,
      split: 'train' as const,
      format: 'safetensors' as const,
      dtype: 'float16' as const,
      shardBytes: 2 ** 20,
    }
    captureId = (await w.client.createCapture({ body: { tokenizationId: on.tokenizationId, params } })).id
    await expect.poll(async () => (await w.client.getCapture({ params: { id: captureId } })).status, LONG).toBe('ready')
    await open(fresh)
    await select(page, 'Activations').selectOption(captureId)
    await expect(page.getByText(/d_in 128.* · 6,016 tokens · float16/)).toBeVisible()
    await expect(page.getByRole('combobox', { name: /^Tokenized dataset/ })).toBeDisabled()
    await page.getByRole('combobox', { name: /^Site/ }).click()
    const grid = page.getByRole('region', { name: 'Site to train on' })
    await expect(grid.getByRole('button')).toHaveCount(2)
    await grid.getByRole('button', { name: EARLY, exact: true }).click()
    await expect(page.getByRole('combobox', { name: /^Site/ })).toHaveValue(EARLY)
  })

  await test.step('train from it', async () => {
    await small(page)
    const id = await start()
    await expect(page.getByText('The SAE is ready')).toBeVisible(LONG)
    await expect(page.getByRole('link', { name: 'capture of 6,016 tokens as float16' })).toBeVisible()
    const made = await w.client.getTraining({ params: { id } })
    expect(made).toMatchObject({ capture: { id: captureId, tokens: 6016 }, params: { site: EARLY } })
    expect(made.summary?.ceRecovered).toBeGreaterThan(0)
  })

  await test.step('train a crosscoder of both sites', async () => {
    await open(`${fresh}&captureId=${captureId}`)
    await small(page)
    await chooseSite(page, 'Further sites', LATE)
    await expect(page.getByText('This trains a crosscoder of 2 sites')).toBeVisible()
    await expect(select(page, 'Output site')).toHaveCount(0)
    await page.getByRole('button', { name: `Leave out ${LATE}` }).click()
    await expect(select(page, 'Output site')).toBeVisible()
    await chooseSite(page, 'Further sites', LATE)
    await field(page, 'Name').fill('Both layers')
    const id = await start()
    await expect(page.getByText('The crosscoder is ready')).toBeVisible(LONG)
    await expect(page.getByRole('figure', { name: 'FVU per site, held out' }).locator('canvas')).toBeVisible()
    const made = await w.client.getTraining({ params: { id } })
    expect(made).toMatchObject({ dIn: 256, dSae: 256, params: { moreSites: [LATE] } })
  })

  await test.step('its page shows its sites and no extraction', async () => {
    await page.getByRole('link', { name: 'Open SAE' }).click()
    const table = page.getByRole('region', { name: 'Sites of the crosscoder' })
    await expect(table.getByRole('row')).toHaveCount(3)
    await expect(table).toContainText(EARLY)
    await expect(table).toContainText(LATE)
    await expect(page.getByRole('button', { name: 'Start extraction' })).toHaveCount(0)
    await expect(page.getByText('topk_crosscoder').first()).toBeVisible()
  })
  expect(errors).toEqual([])
})
