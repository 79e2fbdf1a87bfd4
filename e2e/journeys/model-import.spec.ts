// A model from its folder to its page, in the browser: parity report with stored values, run again and downloaded; architecture, and from a
// site to the training form; weight statistics. And a model at a lower precision: what it takes, what it loses, and back.
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ParityReportSchema } from '@mistudio/contracts'
import { expect, type Page, test } from '@playwright/test'
import { DEMO } from '../lib/work.mjs'
import { world } from '../lib/world.js'

const w = world()
const LONG = { timeout: 60_000 }

/** A golden model with its stored values, and a tokenizer of single characters that fits its 104 rows. */
const modelFolder = async (): Promise<string> => {
  const folder = join(await w.folder('model-import'), 'tiny-gpt2')
  await cp(join(DEMO, '..', 'fixtures', 'models', 'gpt2'), folder, { recursive: true })
  const printable = Array.from({ length: 94 }, (_, i) => [String.fromCharCode(33 + i), i])
  const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  const model = { type: 'BPE', unk_token: '!', vocab: Object.fromEntries([...printable, ['Ġ', 94]]), merges: [] }
  const tokenizer = { version: '1.0', added_tokens: [], pre_tokenizer: level, decoder: level, model }
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  return folder
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name: new RegExp(`^${name}`) }).click()

test('import a model, see its parity report, its architecture and its weights', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const folder = await modelFolder()
  await page.goto((await w.client.createLink()).url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()

  await test.step('import shows the parity report', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Models', exact: true }).click()
    await page.getByRole('button', { name: 'Add model' }).first().click()
    await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(folder)
    await page.getByRole('button', { name: 'Look inside' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Tiny GPT-2')
    await dialog.getByRole('button', { name: 'Add model' }).click()
    const golden = page.getByRole('region', { name: 'Against stored values of a reference' })
    await expect(golden.getByRole('row', { name: /^logits Passed/ })).toBeVisible(LONG)
    await expect(golden.getByRole('row', { name: /^blocks\.1\.hook_resid_post Passed/ })).toBeVisible()
    await expect(golden.getByText('Failed')).toHaveCount(0)
    await golden.getByRole('button', { name: 'logits', exact: true }).click()
    await expect(golden.getByText('2 threads, graph as it is').first()).toBeVisible()
    const numerics = page.getByRole('region', { name: 'The model against itself' })
    await expect(numerics.getByRole('row', { name: /^determinism Passed 0/ })).toBeVisible()
    // Random weights: no better than guessing, and the report says so.
    await expect(page.getByText(/1 of \d+ checks failed/)).toBeVisible()
    await expect(page.getByRole('row', { name: /^next-token loss Failed/ })).toBeVisible()
  })

  await test.step('download the report, and run it again', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download report' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('Tiny_GPT-2-parity.json')
    const report = ParityReportSchema.parse(JSON.parse(await readFile(await download.path(), 'utf8')))
    expect(report.model.files.map(({ name }) => name)).toContain('model.safetensors')
    const made = page.getByText(/^Made /)
    const before = await made.textContent()
    await page.getByRole('button', { name: 'Run again' }).click()
    await expect(made).not.toHaveText(String(before), LONG)
  })

  await test.step('from a site of the architecture to the training form', async () => {
    await tab(page, 'Architecture')
    await expect(page.getByText('Token and position embedding')).toBeVisible()
    await page.getByRole('combobox', { name: 'Layer whose sites are shown' }).selectOption('Layer 1')
    const site = page.getByRole('button', { name: /^Site blocks\.1\.hook_mlp_out,/ })
    await site.focus()
    await page.keyboard.press('Enter')
    const menu = page.getByRole('dialog', { name: 'blocks.1.hook_mlp_out' })
    await expect(menu.getByRole('link', { name: 'Train an SAE here' })).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(site).toBeFocused()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/\/trainings\/new\?modelId=.*site=blocks\.1\.hook_mlp_out/)
    await expect(page.getByRole('combobox', { name: /^Site/ })).toHaveValue('blocks.1.hook_mlp_out')
    await page.goBack()
  })

  await test.step('sites that are lacking, and weights', async () => {
    await tab(page, 'Sites')
    await expect(page.getByText('blocks.L.mlp.hook_pre_linear')).toBeVisible()
    await tab(page, 'Weights')
    await page.getByRole('searchbox', { name: 'Find a tensor' }).fill('c_attn.weight')
    await page.getByRole('option', { name: /h\.1\.attn\.c_attn\.weight/ }).click()
    await expect(page.getByText('Excess kurtosis')).toBeVisible(LONG)
    await expect(page.getByRole('img', { name: /^values over value/ })).toBeVisible()
    await expect(page.getByRole('row', { name: /^48 rows/ })).toBeVisible()
  })

  await test.step('rename, and delete with its reports', async () => {
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    await page.getByRole('button', { name: 'Edit' }).click()
    const dialog = page.getByRole('dialog', { name: /^Edit/ })
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Renamed GPT-2')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('heading', { name: 'Renamed GPT-2', level: 1 })).toBeVisible()
    await w.client.deleteModel({ params: { id } })
    const file = join(w.dataDir, 'models', id, 'parity.json')
    const gone = () =>
      readFile(file).then(
        () => false,
        () => true,
      )
    await expect.poll(gone, LONG).toBe(true)
  })
  expect(errors).toEqual([])
})

test('import a model as int8, see what it loses, and load it in full precision', async ({ page }) => {
  const folder = join(await w.folder('precision'), 'stories')
  await cp(join(DEMO, 'tiny-stories-1m'), folder, { recursive: true })
  await page.goto((await w.client.createLink()).url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()

  await test.step('the form shows the memory of each precision and refuses what does not fit', async () => {
    await page.goto(`${w.url}/models?add=1`)
    await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(folder)
    await page.getByRole('button', { name: 'Look inside' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByRole('radio', { name: 'float32' })).toBeChecked()
    await expect(dialog.getByRole('radio', { name: 'float16' })).toBeDisabled()
    await expect(dialog.getByText('The CPU does not compute in float16')).toBeVisible()
    const rows = dialog.getByRole('textbox', { name: 'Rows (batch)' })
    await rows.fill('1000000000')
    await expect(
      dialog.getByText(/Running 1000000000 × 256 tokens in float32 needs about .* GiB are free/),
    ).toBeVisible()
    const add = dialog.getByRole('button', { name: 'Add model' })
    await expect(add).toBeDisabled()
    await rows.fill('8')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Stories at int8')
    await dialog.getByRole('radio', { name: 'int8' }).check()
    await add.click()
  })

  await test.step('its badge and the measured loss', async () => {
    const kl = page.getByText(/^KL [\d.e-]+ nats from float32, 157 tokens$/).first()
    await expect(kl).toBeVisible(LONG)
    await expect(page.getByText(/^all \d+ checks passed/)).toBeVisible()
    await expect(page.getByRole('row', { name: /^KL at int8 Measured/ })).toBeVisible()
    await page.goto(`${w.url}/models`)
    const card = page.getByRole('article').filter({ hasText: 'Stories at int8' })
    await expect(card.getByText('int8', { exact: true })).toBeVisible()
    await expect(card.getByText(/^KL [\d.e-]+ nats from float32, 157 tokens$/)).toBeVisible()
    await card.getByRole('link', { name: 'Stories at int8' }).click()
    await expect(page.getByText(/perplexity [\d.]+ \(float32: [\d.]+\)/).first()).toBeVisible()
  })

  await test.step('load it at float32', async () => {
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Change the precision' })
    await expect(dialog.getByRole('radio', { name: 'int8' })).toBeChecked()
    await dialog.getByRole('radio', { name: 'float32' }).check()
    await dialog.getByRole('button', { name: 'Load as float32' }).click()
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const precision = async () => (await w.client.getModel({ params: { id } })).precision
    await expect.poll(precision, LONG).toBe('float32')
    await expect(page.getByText('float32', { exact: true }).first()).toBeVisible()
    await w.client.deleteModel({ params: { id } })
  })
})
