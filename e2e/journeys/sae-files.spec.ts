// SAEs in and out by hand, in the browser: a SAELens folder is imported and checked, packed, imported again from this computer with equal
// features, uploaded to the hub with its card, and imported from there; what does not fit says why.
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { SITE, unpackStored, writeMirror } from '../../worker/dist/saes/testing.js'
import { DEMO, extract, prepare } from '../lib/work.mjs'
import { world } from '../lib/world.js'

const w = world()
const LONG = { timeout: 60_000 }
const TOKEN = 'hf_journey_write_token'
const REPO = 'mistudio/journey-saes'
const idOf = (page: Page): string => new URL(page.url()).pathname.split('/').at(-1) ?? ''

async function toImport(page: Page): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'SAEs', exact: true }).first().click()
  await page.getByRole('link', { name: 'Import an SAE' }).first().click()
  await expect(page.getByRole('heading', { name: 'Import an SAE', level: 1 })).toBeVisible()
}
/** Sends the form and waits for the page of a ready SAE. */
async function importIt(page: Page, name: string): Promise<string> {
  await page.getByRole('textbox', { name: /^Name/ }).fill(name)
  await page.getByRole('button', { name: 'Import SAE' }).click()
  await expect(page).toHaveURL(/\/saes\/[0-9a-f-]{36}$/)
  await expect(page.getByRole('heading', { name: 'Export' })).toBeVisible(LONG)
  return idOf(page)
}

test('an SAE comes in, is checked, goes out and comes back the same', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const model = join(await w.folder('sae-model'), 'tiny-stories-1m')
  await cp(join(DEMO, 'tiny-stories-1m'), model, { recursive: true })
  const on = await prepare(w.client, { model, contextSize: 128, maxDocuments: 200 })
  const folder = await writeMirror(join(await w.folder('saes'), 'mirror'), { threshold: 0.05 })
  await page.goto((await w.client.createLink()).url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()

  await test.step('pickles are refused, with what to do', async () => {
    const pickled = await w.folder('pickled')
    await writeFile(join(pickled, 'ae.pt'), 'x')
    await toImport(page)
    await page.getByRole('textbox', { name: 'Folder' }).fill(pickled)
    await page.getByRole('button', { name: 'Look inside' }).click()
    await expect(page.getByRole('alert')).toContainText('save_inference_model')
  })

  const first = await test.step('a SAELens folder on the server is found, named and proposed', async () => {
    await page.getByRole('textbox', { name: 'Folder' }).fill(join(folder, 'cfg.json'))
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'What was found' })).toBeVisible()
    await expect(page.getByText('SAELens', { exact: true })).toBeVisible()
    await page.getByRole('combobox', { name: /^Model/ }).selectOption(on.modelId)
    await expect(page.getByRole('combobox', { name: /^Site it reads/ })).toHaveValue(SITE)
    return importIt(page, 'mirror')
  })

  await test.step('its self-check is on its page, and runs again on a dataset', async () => {
    await expect(page.getByText('Fits', { exact: true }).first()).toBeVisible()
    const figures = page.getByRole('region', { name: 'Figures of the self-check' })
    await expect(figures.getByRole('row', { name: /^FVU/ })).toContainText(' to ')
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByRole('dialog').getByRole('combobox', { name: 'Text' }).selectOption(on.tokenizationId)
    await page.getByRole('dialog').getByRole('combobox', { name: 'Tokens' }).selectOption('2048')
    await page.getByRole('button', { name: 'Start check' }).click()
    await expect(page.getByText(/tokens in 16 contexts of 128, \d+ documents, corpus/)).toBeVisible(LONG)
  })

  const packed = await test.step('it is packed and downloaded', async () => {
    await page.getByRole('button', { name: 'Pack as SAELens' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download mirror-saelens.zip' }).click(LONG),
    ])
    const file = join(await w.folder('home'), 'mirror-saelens.zip')
    await download.saveAs(file)
    return file
  })
  const archive = unpackStored(await readFile(packed))
  expect(Object.keys(archive).sort()).toEqual(
    ['README.md', 'cfg.json', 'sae_weights.safetensors', 'sparsity.safetensors'].map((name) => `mirror/${name}`),
  )

  const second = await test.step('the archive comes back from this computer, packed as it is', async () => {
    await toImport(page)
    await page.getByRole('tab', { name: 'From this computer' }).click()
    await page.getByLabel('Files of an SAE').setInputFiles(packed)
    await expect(page.getByText(/README\.md \(not needed\)/)).toBeVisible()
    await page.getByRole('button', { name: 'Start upload' }).click()
    await page.getByRole('button', { name: 'Look inside' }).click(LONG)
    await page.getByRole('combobox', { name: /^Model/ }).selectOption(on.modelId)
    return importIt(page, 'mirror again')
  })

  await test.step('its weights and features are equal', async () => {
    const weights = (id: string) => readFile(join(w.dataDir, 'saes', id, 'sae_weights.safetensors'))
    expect(await weights(second)).toEqual(await weights(first))
    const rows = await Promise.all(
      [first, second].map(async (id) => {
        const extraction = await extract(w.client, id, on.tokenizationId, { tokens: 4096 })
        return (await w.client.listFeatures({ params: { id: extraction.id }, query: { limit: 300 } })).items
      }),
    )
    const figures = rows.map((items) =>
      items.map(({ index, density, maxActivation }) => ({ index, density, maxActivation })),
    )
    expect(figures[0]?.length).toBe(256)
    expect(figures[1]).toEqual(figures[0])
  })

  await test.step('it is uploaded with its card, as the user changed it', async () => {
    await w.client.setHubToken({ body: { token: TOKEN } })
    await page.reload()
    await page.getByRole('button', { name: 'Upload to the hub' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Repository' }).fill(REPO)
    const card = dialog.getByRole('textbox', { name: /^Model card/ })
    await expect(card).toHaveValue(/library_name: saelens/)
    await card.fill(`${await card.inputValue()}\nSeen by hand.\n`)
    await dialog.getByRole('button', { name: 'Upload', exact: true }).click()
    await expect(page.getByText(`Uploaded to ${REPO}, which was made by it`)).toBeVisible(LONG)
  })

  await test.step('and comes back from there', async () => {
    await toImport(page)
    await page.getByRole('tab', { name: 'Hugging Face' }).click()
    await page.getByRole('textbox', { name: 'Repository' }).fill(REPO)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: `Look into ${SITE}` }).click()
    await page.getByRole('combobox', { name: /^Model/ }).selectOption(on.modelId)
    const third = await importIt(page, 'mirror from the hub')
    await expect(page.getByText(new RegExp(`${REPO} ${SITE} at [0-9a-f]{12}`))).toBeVisible()
    expect((await w.client.getSae({ params: { id: third } })).check?.verdict).toBe('fits')
  })

  await test.step('an SAE that does not fit says so on its page and in the list', async () => {
    const wrong = await writeMirror(join(await w.folder('saes'), 'wrong'), { gain: 10 })
    await toImport(page)
    await page.getByRole('textbox', { name: 'Folder' }).fill(wrong)
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: /^Model/ }).selectOption(on.modelId)
    await importIt(page, 'ten times too large')
    await expect(page.getByRole('alert').filter({ hasText: 'It does not fit' })).toContainText(
      'above 1 it is worse than always giving the mean',
    )
    await page.getByText(/Also tried, because something was doubtful/).click()
    await expect(page.getByRole('region', { name: 'Other readings' }).getByRole('row')).not.toHaveCount(1)
    await page.getByRole('navigation').getByRole('link', { name: 'SAEs', exact: true }).first().click()
    await expect(page.getByRole('article').filter({ hasText: 'ten times too large' })).toContainText('Does not fit')
  })
  await w.client.deleteHubToken()
  expect(errors).toEqual([])
})
