// Activations by hand, in the browser: from a site of the model page to a capture, its statistics, a downloaded shard, a comparison, and
// deletion.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NpzFile } from '@mistudio/formats'
import { expect, test } from '@playwright/test'
import { ended, prepare } from '../lib/work.mjs'
import { world } from '../lib/world.js'

const w = world()
const LONG = { timeout: 60_000 }
const SITE = 'blocks.1.hook_resid_post'
const TOKENS = 2048
const WIDTH = 128

test('capture at a site, look at it, download it, compare it, delete it', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const on = await prepare(w.client, { contextSize: 128, maxDocuments: 200 })
  await page.goto((await w.client.createLink()).url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()

  await test.step('from a site of the model to the form', async () => {
    await page.goto(`${w.url}/models/${on.modelId}`)
    await page.getByRole('tab', { name: /^Architecture/ }).click()
    await page.getByRole('combobox', { name: 'Layer whose sites are shown' }).selectOption('Layer 1')
    await page.getByRole('button', { name: new RegExp(`^Site ${SITE.replaceAll('.', '\\.')},`) }).click()
    await page.getByRole('link', { name: 'Capture activations here' }).click()
    await expect(page).toHaveURL(/\/captures\/new\?model=.*site=blocks\.1\.hook_resid_post/)
    await expect(page.getByRole('checkbox', { name: SITE, exact: true })).toBeChecked()
    await expect(page.getByText('1 site chosen')).toBeVisible()
  })

  await test.step('start it with the size known beforehand', async () => {
    await page.getByRole('textbox', { name: 'Tokens', exact: true }).fill(String(TOKENS))
    await page.getByRole('combobox', { name: 'File format' }).selectOption('npz (NumPy)')
    // 2,048 tokens of 128 values of 4 bytes, and 12 bytes to trace each.
    await expect(page.getByText('2,048 tokens in 1 shard:')).toContainText('1.02 MB')
    await page.getByRole('button', { name: 'Start capture' }).click()
    await expect(page).toHaveURL(/\/captures\/[0-9a-f-]{36}$/)
  })
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''

  await test.step('statistics', async () => {
    const row = page.getByRole('region', { name: 'Statistics per site' }).getByRole('row', { name: /^L1\.resid_post/ })
    await expect(row).toContainText(String(WIDTH), LONG)
    await expect(page.getByText('Of the stored values of 2,048 tokens.')).toBeVisible()
  })

  await test.step('a downloaded shard is an npz with one row per token', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download shard-00000.npz' }).click(),
    ])
    const path = await download.path()
    expect((await readFile(path)).subarray(0, 2).toString()).toBe('PK')
    const shard = await NpzFile.open(path)
    expect(shard.names()).toEqual([SITE, 'contexts', 'positions', 'tokens'])
    expect(shard.info(SITE)).toMatchObject({ dtype: 'F32', shape: [TOKENS, WIDTH] })
    expect((await shard.float32(SITE)).some((value) => value !== 0)).toBe(true)
  })

  await test.step('beside a capture of another layer', async () => {
    const params = { sites: ['blocks.2.hook_resid_post'], tokens: TOKENS, format: 'safetensors' as const }
    const other = await w.client.createCapture({ body: { tokenizationId: on.tokenizationId, params } })
    await ended(w.client, String(other.job?.id))
    await page.getByRole('link', { name: 'Compare' }).click()
    const chosen = page.getByRole('combobox', { name: 'b', exact: true })
    const option = chosen.getByRole('option', { name: /L2\.resid_post/ })
    await expect(option).toBeAttached(LONG)
    await chosen.selectOption({ value: other.id })
    const pairs = page.getByRole('region', { name: 'Pairs of sites' })
    await expect(pairs.getByRole('row', { name: /^L1\.resid_post L2\.resid_post 0\.\d+/ })).toContainText('2,048', LONG)
    await page.goBack()
    await page.goBack()
  })

  await test.step('delete it with its files', async () => {
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete capture' }).click()
    await expect(page).toHaveURL(/\/captures$/)
    const gone = () =>
      stat(join(w.dataDir, 'captures', id)).then(
        () => false,
        () => true,
      )
    await expect.poll(gone, LONG).toBe(true)
    expect((await w.client.listCaptures()).map((capture) => capture.id)).not.toContain(id)
  })
  expect(errors).toEqual([])
})
