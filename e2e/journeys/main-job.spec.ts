// The main job by hand, in the browser: from a model folder and a text file to two steered texts, and everything deleted again.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { DEMO } from '../lib/work.mjs'
import { world } from '../lib/world.js'

const w = world()
const LONG = { timeout: 120_000 }

/** Logs in by a one-time link, as a person does. */
const logIn = async (page: Page): Promise<void> => {
  const { url } = await w.client.createLink()
  await page.goto(url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
}
const go = (page: Page, room: string) =>
  page.getByRole('navigation').getByRole('link', { name: room, exact: true }).click()
const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })
const confirm = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click()

test('from a model and a text file to steered text', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const folder = await w.folder('journey')
  await cp(join(DEMO, 'tiny-stories-1m'), join(folder, 'my-model'), { recursive: true })
  const stories = (await readFile(join(DEMO, 'stories.jsonl'), 'utf8')).split('\n').slice(0, 900).join('\n')
  await mkdir(join(folder, 'texts'))
  await writeFile(join(folder, 'texts', 'stories.jsonl'), stories)
  await logIn(page)

  await test.step('register the model', async () => {
    await go(page, 'Models')
    await page.getByRole('button', { name: 'Add model' }).first().click()
    await field(page, 'Folder').fill(join(folder, 'my-model'))
    await page.getByRole('button', { name: 'Look inside' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByText('1.05M').first()).toBeVisible()
    await dialog.getByRole('textbox', { name: 'Name' }).fill('My model')
    await dialog.getByRole('button', { name: 'Add model' }).click()
    await expect(page.getByText('Ready').first()).toBeVisible(LONG)
  })

  await test.step('import and tokenise the text', async () => {
    await go(page, 'Datasets')
    await page.getByRole('button', { name: 'Add dataset' }).first().click()
    await field(page, 'File').fill(join(folder, 'texts', 'stories.jsonl'))
    await page.getByRole('button', { name: 'Preview' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('My stories')
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await expect(page).toHaveURL(/\/datasets\/[0-9a-f-]{36}/)
    await expect(page.getByText('Ready').first()).toBeVisible(LONG)
    await page.getByRole('tab', { name: /Tokenizations/ }).click()
    await page.getByRole('button', { name: 'Tokenize' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Tokenize' }).click()
    await expect(page.getByRole('link', { name: 'Train', exact: true })).toBeVisible(LONG)
  })

  await test.step('train with a live chart, pause and resume', async () => {
    await page.getByRole('link', { name: 'Train', exact: true }).click()
    await field(page, 'Expansion').fill('8')
    await field(page, 'k').fill('16')
    await field(page, 'Steps').fill('700')
    await page.getByRole('button', { name: 'Start training' }).click()
    await expect(page).toHaveURL(/\/trainings\/[0-9a-f-]{36}/)
    const chart = page.getByRole('figure', { name: 'Loss', exact: true })
    const lastStep = async () => {
      const rows = (await w.client.trainingMetrics({ params: { id: page.url().split('/').at(-1) ?? '' } })).series[
        'loss'
      ]
      return rows?.steps.at(-1) ?? 0
    }
    await expect(chart.locator('canvas')).toBeVisible(LONG)
    const before = await chart.locator('canvas').screenshot()
    await expect.poll(lastStep, LONG).toBeGreaterThan(60)
    await expect.poll(async () => (await chart.locator('canvas').screenshot()).equals(before), LONG).toBe(false)
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(page.getByText('Paused').first()).toBeVisible(LONG)
    const paused = await lastStep()
    expect(paused).toBeLessThan(700)
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect(page.getByText('The SAE is ready')).toBeVisible(LONG)
    expect(await lastStep()).toBe(700)
  })

  await test.step('extract the features', async () => {
    await page.getByRole('link', { name: 'Start extraction' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Tokens to read' }).fill('100000')
    await dialog.getByRole('button', { name: 'Start extraction' }).click()
    await page.getByRole('link', { name: 'Browse features' }).first().click(LONG)
    await expect(page.getByRole('table', { name: 'Features' })).toBeVisible()
  })

  await test.step('search a feature, open it, label it, try own text', async () => {
    await page.getByRole('searchbox').first().fill('mom')
    await expect(page).toHaveURL(/search=mom/)
    const link = page.getByRole('table', { name: 'Features' }).locator('a[href*="/features/"]').first()
    await expect(link).toBeVisible()
    await link.click()
    await expect(page.getByRole('heading', { name: /^Feature \d+/, level: 1 })).toBeVisible()
    await field(page, 'Label').fill('about mothers')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Save', exact: true })).toHaveCount(0)
    await expect(field(page, 'Label')).toHaveValue('about mothers')
    await page.getByText('Try your own text').click()
    await field(page, 'Text').fill('Her mom said they could go to the park.')
    await page.getByRole('button', { name: 'Try', exact: true }).click()
    await expect(page.getByRole('group', { name: 'Features that fire on this text' })).toContainText('about mothers')
  })

  await test.step('widen an example to its context and its document', async () => {
    await page
      .getByRole('button', { name: /^Whole context of the example/ })
      .first()
      .click()
    await expect(page.getByText(/tokens that the model read together/)).toBeVisible(LONG)
    await page.getByRole('button', { name: 'Whole document' }).click()
    await expect(page.getByText(/The whole document: |of the document around the example/)).toBeVisible(LONG)
  })

  await test.step('star and label many features, and find the labelled ones', async () => {
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link').last().click()
    await page
      .getByRole('checkbox', { name: /^Select feature/ })
      .nth(1)
      .check()
    await page
      .getByRole('checkbox', { name: /^Select feature/ })
      .nth(2)
      .check()
    await page.getByRole('button', { name: 'Star', exact: true }).click()
    await page.getByRole('button', { name: 'Label…' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: /Label/ }).fill('a pair')
    await page.getByRole('dialog').getByRole('button', { name: 'Label', exact: true }).click()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    // Its state is the address, which follows a moment after the click.
    const labelled = page.getByRole('checkbox', { name: 'Labelled' })
    await labelled.click()
    await expect(labelled).toBeChecked()
    await expect(page.getByRole('table', { name: 'Features' }).getByText('a pair').first()).toBeVisible()
    await labelled.click()
    await expect(labelled).not.toBeChecked()
    await page.getByRole('searchbox').first().fill('about mothers')
    await page.getByRole('table', { name: 'Features' }).getByText('about mothers').click()
    await expect(page.getByRole('heading', { name: /^Feature \d+/, level: 1 })).toBeVisible()
  })

  await test.step('steer with two strengths and see different text', async () => {
    await page.getByRole('link', { name: 'Steer', exact: true }).click()
    await expect(field(page, 'Prompt *')).toHaveValue('Once upon a time, there was a')
    await expect(page.getByText(/\d+ tokens of the 256 that the model holds/)).toBeVisible(LONG)
    await field(page, 'Prompt *').fill('no '.repeat(400))
    await expect(page.getByText(/the model holds 256, written ones included/).first()).toBeVisible(LONG)
    await page.getByRole('button', { name: 'Story' }).click()
    await expect(page.getByRole('button', { name: 'Save experiment' })).toHaveCount(0)
    await expect(page.getByText(/\d+ tokens of the 256/)).toBeVisible(LONG)
    await page.getByRole('button', { name: 'Add strength' }).click()
    await page.getByRole('textbox', { name: /in column 2, as a number/ }).fill('4')
    await page.getByRole('button', { name: 'Generate' }).click()
    await expect(page.getByText(/KL/).first()).toBeVisible(LONG)
    await expect.poll(async () => (await w.client.listSteering())[0]?.result?.completions.length, LONG).toBe(3)
    const texts = (await w.client.listSteering())[0]?.result?.completions.map(({ text }) => text.trim())
    expect(new Set(texts).size).toBe(3)
    for (const text of texts ?? [])
      await expect(page.getByRole('main')).toContainText(text.split(/\s+/).slice(0, 3).join(' '))
  })

  await test.step('read by keyboard how likely the written tokens were', async () => {
    await page.getByLabel('Mark').selectOption('unlikely tokens')
    await page
      .getByRole('group', { name: /The text by tokens/ })
      .first()
      .locator('[data-token]')
      .first()
      .focus()
    await page.keyboard.press('End')
    await expect(page.getByRole('tooltip')).toContainText('log probability')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('tooltip')).toHaveCount(0)
  })

  await test.step('delete everything', async () => {
    await go(page, 'Features')
    await page.getByRole('button', { name: /^Delete the extraction/ }).click()
    await confirm(page, 'Delete extraction')
    await expect(page.getByRole('link', { name: 'Browse features' })).toHaveCount(0)
    const rooms = [
      ['SAEs', 'SAE', /./],
      ['Training', 'training', /./],
      ['Datasets', 'dataset', 'My stories'],
      ['Models', 'model', 'My model'],
    ] as const
    for (const [room, kind, name] of rooms) {
      await go(page, room)
      await page.getByRole('main').getByRole('heading', { level: 2 }).getByRole('link', { name }).first().click()
      await page.getByRole('button', { name: 'Delete', exact: true }).first().click()
      await confirm(page, `Delete ${kind}`)
      await expect(page.getByRole('dialog')).toHaveCount(0)
    }
    const left = await Promise.all([
      w.client.listModels(),
      w.client.listDatasets(),
      w.client.listTrainings(),
      w.client.listSaes(),
      w.client.listExtractions(),
    ])
    const names = left.flat().map((row) => ('name' in row ? row.name : row.saeName))
    expect(names.filter((name) => name.includes('My '))).toEqual([])
  })
  expect(errors).toEqual([])
})
