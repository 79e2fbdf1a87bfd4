// An ONNX export by hand, in the browser: its folder is uploaded, held against stored values, its sites are listed with what was not found
// and why, activations are captured and an SAE is trained at one of them, and it writes text.
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { FIXTURES, tokenizerJson } from '../lib/tiny-exports.mjs'
import { DEMO, ended } from '../lib/work.mjs'
import { world } from '../lib/world.js'

const w = world()
const LONG = { timeout: 120_000 }
const SITE = 'blocks.1.hook_resid_post'

/** The export of a golden model with the stored values of that model, and a tokenizer of single characters that fits its 104 rows. */
async function exportFolder(): Promise<string> {
  const folder = join(await w.folder('onnx'), 'gpt2-onnx')
  await cp(join(FIXTURES, 'exports', 'gpt2'), folder, { recursive: true })
  for (const name of ['golden.json', 'golden.safetensors']) {
    await cp(join(FIXTURES, 'models', 'gpt2', name), join(folder, name))
  }
  await writeFile(join(folder, 'tokenizer.json'), tokenizerJson())
  return folder
}

/** A few stories as tokens of the model. */
async function tokenized(modelId: string): Promise<void> {
  const path = join(await w.folder('onnx-text'), 'stories.jsonl')
  const stories = (await readFile(join(DEMO, 'stories.jsonl'), 'utf8')).split('\n').slice(0, 60).join('\n')
  await writeFile(path, stories)
  const source = { type: 'path' as const, path }
  const dataset = await w.client.createDataset({ body: { name: 'for the export', source, textColumn: 'text' } })
  await ended(w.client, String(dataset.job?.id))
  const body = { modelId, contextSize: 32 }
  const tokenization = await w.client.createTokenization({ params: { id: dataset.id }, body })
  await ended(w.client, String(tokenization.job?.id))
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name: new RegExp(`^${name}`) }).click()

test('upload an export, see what it is and what was not found, capture, train, generate', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const folder = await exportFolder()
  await page.goto((await w.client.createLink()).url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
  const dialog = page.getByRole('dialog')

  await test.step('its folder is uploaded and looked into', async () => {
    await page.goto(`${w.url}/models?add=1`)
    await page.getByRole('tab', { name: 'From this computer' }).click()
    await dialog.getByLabel('Folder of a model').setInputFiles(folder)
    await expect(dialog.getByText(/gpt2-onnx: 5 files/)).toBeVisible()
    await dialog.getByRole('button', { name: 'Start upload' }).click()
    await dialog.getByRole('button', { name: 'Look inside' }).click(LONG)
    await expect(dialog.getByText('gpt2 (ONNX export)')).toBeVisible()
    await expect(dialog.getByText(/An ONNX export: generation runs the whole text again/)).toBeVisible()
    await expect(dialog.getByRole('radio', { name: 'int8' })).toHaveCount(0)
    await dialog.getByRole('button', { name: 'Add model' }).click()
  })

  await test.step('its report holds it against the stored values of the model it was made from', async () => {
    const golden = page.getByRole('region', { name: 'Against stored values of a reference' })
    await expect(golden.getByRole('row', { name: /^logits Passed/ })).toBeVisible(LONG)
    await expect(golden.getByRole('row', { name: new RegExp(`^${SITE} Passed`) })).toBeVisible()
    await expect(golden.getByRole('row', { name: /^steered_logits Passed/ })).toBeVisible()
    await expect(golden.getByText('Failed')).toHaveCount(0)
    await expect(page.getByText(/^Not checked: An ONNX export keeps no cache/)).toBeVisible()
  })
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''

  await test.step('what was found in its graph, and what was not with the reason', async () => {
    for (const absent of ['Architecture', 'Weights']) {
      await expect(page.getByRole('tab', { name: new RegExp(`^${absent}`) })).toHaveCount(0)
    }
    await tab(page, 'Sites')
    await expect(page.getByRole('row', { name: new RegExp(SITE) })).toContainText('batch × seq × 48')
    await expect(page.getByRole('heading', { name: 'Sites that were not found in the export' })).toBeVisible()
    await expect(page.getByText('blocks.L.attn.hook_pattern')).toBeVisible()
    await expect(page.getByText(/^Not looked for: every exporter names/)).toHaveCount(1)
    await expect(page.getByText(/computed once for all rows/)).toBeVisible()
  })

  await test.step('it writes text', async () => {
    await tab(page, 'Try it')
    await expect(page.getByText(/every token runs the whole text again/)).toBeVisible()
    await page.getByRole('textbox', { name: 'Tokens', exact: true }).fill('12')
    await page.getByRole('button', { name: 'Generate' }).click()
    await expect(page.getByText(/^12 tokens in .* ended by the token limit/)).toBeVisible(LONG)
  })

  await tokenized(id)
  await test.step('from a site to a capture', async () => {
    await page.goto(`${w.url}/models/${id}?tab=sites`)
    await page
      .getByRole('row', { name: new RegExp(SITE) })
      .getByRole('link', { name: 'Capture here' })
      .click()
    await expect(page.getByRole('checkbox', { name: SITE, exact: true })).toBeChecked()
    await page.getByRole('textbox', { name: 'Tokens', exact: true }).fill('1024')
    await page.getByRole('button', { name: 'Start capture' }).click()
    const row = page.getByRole('region', { name: 'Statistics per site' }).getByRole('row', { name: /^L1\.resid_post/ })
    await expect(row).toContainText('48', LONG)
    await expect(page.getByText('Of the stored values of 1,024 tokens.')).toBeVisible()
  })

  await test.step('from a site to a trained SAE', async () => {
    await page.goto(`${w.url}/models/${id}?tab=sites`)
    await page
      .getByRole('row', { name: new RegExp(SITE) })
      .getByRole('link', { name: 'Train here' })
      .click()
    await expect(page.getByRole('combobox', { name: /^Site/ })).toHaveValue(SITE)
    await page.getByRole('combobox', { name: 'Tokenized dataset' }).selectOption({ index: 1 })
    for (const [name, value] of Object.entries({ Expansion: '2', k: '4', Steps: '30', 'Batch size': '128' })) {
      await page.getByRole('textbox', { name, exact: true }).fill(value)
    }
    for (const name of ['Warm-up', 'Decay']) await page.getByRole('textbox', { name, exact: true }).fill('5')
    await page.getByRole('button', { name: 'Start training' }).click()
    await expect(page).toHaveURL(/\/trainings\/[0-9a-f-]{36}$/)
    await expect(page.getByText('Completed').first()).toBeVisible(LONG)
  })
  expect(errors).toEqual([])
})
