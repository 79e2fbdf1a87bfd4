// The training room by hand: trainings of several architectures from their forms, a pause, a branch, a sweep with its Pareto plot, a
// comparison, files and templates.
import { readFile } from 'node:fs/promises'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { chooseSite } from '../lib/choose-site.js'
import { prepared } from '../lib/prepared.js'
import { world } from '../lib/world.js'

const w = world()
const LONG = { timeout: 120_000 }

const field = (on: Page | Locator, name: string) => on.getByRole('textbox', { name, exact: true })
const choose = (on: Page | Locator, name: string, option: string) =>
  on.getByRole('combobox', { name, exact: true }).selectOption({ label: option })

/** Settings that take a few seconds. */
async function small(page: Page, steps: number): Promise<void> {
  await field(page, 'Expansion').fill('2')
  await field(page, 'Steps').fill(String(steps))
  await field(page, 'Batch size').fill('256')
  await field(page, 'Warm-up').fill('10')
  await field(page, 'Decay').fill('10')
  await page.getByText('Advanced').click()
  await field(page, 'Evaluation tokens').fill('512')
  await field(page, 'Evaluate every').fill('50')
  await field(page, 'Checkpoint every').fill('20')
}

const started = (page: Page) => expect(page).toHaveURL(/\/trainings\/[0-9a-f-]{36}$/)

test('train several architectures, branch, sweep, compare', async ({ page }) => {
  // Five trainings and their evaluations, one after another.
  test.setTimeout(600_000)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const on = await prepared(w)
  const { url } = await w.client.createLink()
  await page.goto(url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
  const open = (path: string) => page.goto(new URL(path, url).href)
  const fresh = `/trainings/new?modelId=${on.modelId}&tokenizationId=${on.tokenizationId}`

  await test.step('every architecture shows its own options only', async () => {
    await open(fresh)
    await expect(field(page, 'k')).toBeVisible()
    await choose(page, 'Architecture', 'Gated')
    await expect(field(page, 'k')).toHaveCount(0)
    await expect(field(page, 'L1 coefficient')).toBeVisible()
    await choose(page, 'Architecture', 'JumpReLU')
    await expect(field(page, 'L1 coefficient')).toHaveCount(0)
    await expect(field(page, 'Tanh scale')).toBeVisible()
    await choose(page, 'Sparsity loss', 'Step (L0)')
    await expect(field(page, 'Tanh scale')).toHaveCount(0)
  })

  await test.step('take settings that suit the site', async () => {
    await page.getByRole('button', { name: 'Templates' }).click()
    await page.getByRole('button', { name: 'Use Working SAE' }).click()
    await expect(field(page, 'Expansion')).toHaveValue('16')
    await expect(field(page, 'Target L0')).toHaveValue('16')
  })

  await test.step('train a jumprelu SAE with a target L0', async () => {
    await small(page, 60)
    await field(page, 'L0 warm-up').fill('10')
    await field(page, 'Target L0').fill('30')
    await expect(field(page, 'Resample every')).toHaveCount(0)
    await choose(page, 'Revival', 'Resampling')
    await field(page, 'Resample every').fill('20')
    await field(page, 'Dead window').fill('5')
    await choose(page, 'Decoder norms', 'Unit: every row 1')
    await expect(field(page, 'Decoder norm')).toHaveCount(0)
    await choose(page, 'Buffer precision', 'bfloat16')
    await page.getByRole('button', { name: 'Start training' }).click()
    await started(page)
    await expect(page.getByText('The SAE is ready')).toBeVisible(LONG)
    for (const name of ['Dead features', 'L0 of tokens, held out', 'Cosine of the closest features', 'Memory']) {
      await expect(page.getByRole('figure', { name, exact: true }).locator('canvas')).toBeVisible()
    }
    await expect(page.getByRole('figure', { name: 'Sparsity coefficient' }).locator('canvas')).toBeVisible()
    await expect(page.getByRole('figure', { name: 'Feature density' })).toContainText('never fired')
  })

  await test.step('train a transcoder, pause it, branch from its checkpoint', async () => {
    await open(`${fresh}&site=blocks.1.ln2.hook_normalized`)
    await choose(page, 'Architecture', 'Gated')
    await chooseSite(page, 'Output site', 'blocks.1.hook_mlp_out')
    await expect(page.getByText('This trains a transcoder.')).toBeVisible()
    await small(page, 5000)
    await field(page, 'Name').fill('Long transcoder')
    await page.getByRole('button', { name: 'Start training' }).click()
    await started(page)
    const branch = page.getByRole('link', { name: /^Branch from step/ })
    await expect(branch.first()).toBeVisible(LONG)
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(page.getByText('Paused').first()).toBeVisible(LONG)
    await branch.first().click()
    // Read on the next page: the list may have grown by a newer checkpoint meanwhile.
    const heading = page.getByRole('heading', { name: /^Branch from step \d+$/, level: 1 })
    const step = Number((await heading.innerText()).match(/\d+$/)?.[0] ?? Number.NaN)
    await expect(field(page, 'Expansion')).toBeDisabled()
    await field(page, 'Steps').fill(String(step + 30))
    await field(page, 'Learning rate').fill('0.0001')
    await page.getByRole('button', { name: 'Start branch' }).click()
    await started(page)
    await expect(page.getByText(`Branched at step ${step.toLocaleString('en-US')}`)).toBeVisible()
    await expect(page.getByText('The SAE is ready')).toBeVisible(LONG)
    const id = page.url().split('/').at(-1) ?? ''
    const made = await w.client.getTraining({ params: { id } })
    expect(made).toMatchObject({ parent: { step }, params: { learningRate: 0.0001, architecture: 'gated' } })
    expect(made.summary?.steps).toBe(step + 30)
  })

  await test.step('settings become a template', async () => {
    await open(fresh)
    await small(page, 80)
    await page.getByRole('button', { name: 'Templates' }).click()
    const dialog = page.getByRole('dialog')
    await field(dialog, 'Keep the present settings as').fill('Tiny')
    await dialog.getByRole('button', { name: 'Save template' }).click()
    await expect(dialog.getByRole('list', { name: 'Templates' })).toContainText('Tiny')
    const download = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Export all' }).click()
    const file = JSON.parse(await readFile(await (await download).path(), 'utf8'))
    expect(file.templates[0]).toMatchObject({ name: 'Tiny', params: { steps: 80, architecture: 'topk' } })
  })

  await test.step('sweep over k from the template', async () => {
    await open(fresh)
    await page.getByRole('button', { name: 'Templates' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Use', exact: true }).click()
    await expect(field(page, 'Steps')).toHaveValue('80')
    await page.getByRole('button', { name: 'Vary an option' }).click()
    await field(page, 'Values of k').fill('4, 16, 64')
    await expect(page.getByText('3 trainings in 1 job: the model reads the text once.')).toBeVisible()
    await page.getByRole('button', { name: 'Start 3 trainings' }).click()
    await expect(page).toHaveURL(/\/trainings\/compare\?sweep=/)
    const table = page.getByRole('region', { name: 'Compared trainings' })
    await expect(table.getByText('Completed')).toHaveCount(3, LONG)
    const pareto = page.getByRole('figure', { name: 'L0 against FVU, held out' })
    await expect(pareto.locator('canvas')).toBeVisible()
    const download = page.waitForEvent('download')
    await pareto.getByRole('button', { name: 'Save as CSV' }).click()
    const rows = (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
    expect(rows).toHaveLength(4)
    expect(rows[0]).toContain('Pareto front')
    const picture = page.waitForEvent('download')
    await pareto.getByRole('button', { name: 'Save as PNG' }).click()
    expect((await picture).suggestedFilename()).toMatch(/\.png$/)
  })

  await test.step('compare with another training on one chart', async () => {
    await page.getByRole('combobox', { name: 'Add a training' }).selectOption({ label: 'Long transcoder' })
    await expect(page.getByRole('region', { name: 'Compared trainings' }).getByRole('row')).toHaveCount(5)
    await choose(page, 'Add a metric', 'Gradient norm')
    await expect(page).toHaveURL(/metrics=[^&]*grad_norm/)
    const curves = page.getByRole('region', { name: 'Curves of all' })
    for (const name of ['Loss', 'Gradient norm']) {
      await expect(curves.getByRole('figure', { name, exact: true }).locator('canvas')).toBeVisible()
    }
    const other = curves.getByRole('button', { name: 'Long transcoder' })
    await other.click()
    await expect(other).toHaveAttribute('aria-pressed', 'false')
    for (const [axis, label] of [
      ['Tokens', 'tokens'],
      ['Time', 'time since the first report'],
    ] as const) {
      await choose(page, 'X axis', axis)
      const download = page.waitForEvent('download')
      await curves
        .getByRole('figure', { name: 'Loss', exact: true })
        .getByRole('button', { name: 'Save as CSV' })
        .click()
      expect((await readFile(await (await download).path(), 'utf8')).split(',')[0]).toBe(label)
    }
  })

  await test.step('take the metrics away', async () => {
    await page.getByRole('link', { name: /k 16/ }).first().click()
    await started(page)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'CSV', exact: true }).click()
    const [head, ...rows] = (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
    expect(head).toMatch(/^step,loss,mse/)
    expect(rows.at(-1)).toMatch(/^80,/)
  })
  expect(errors).toEqual([])
})
