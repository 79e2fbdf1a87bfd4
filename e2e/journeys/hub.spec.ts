// The hub by hand, in the browser: search, a gated model that says how to get in, and a download that becomes a registered model.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { world } from '../lib/world.js'

const w = world()
const drawer = (page: Page) => page.getByRole('dialog').first()

test('from a search on the hub to a registered model, and away again', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const { url } = await w.client.createLink()
  await page.goto(url)
  await page.getByRole('navigation').getByRole('link', { name: 'Hub', exact: true }).click()

  await test.step('search', async () => {
    await page.getByRole('searchbox').fill('tiny')
    await expect(page.getByRole('button', { name: 'mistudio/tiny-stories-1m' })).toBeVisible()
    await expect(page.getByRole('row', { name: /tiny-stories-1m/ })).toContainText('apache-2.0')
    await expect(page.getByRole('row', { name: /tiny-gated/ })).toContainText('gated')
  })

  await test.step('what cannot be added says why', async () => {
    await page.getByRole('button', { name: 'mistudio/tiny-gated' }).click()
    await expect(drawer(page).getByRole('alert')).toContainText('Accept the licence')
    await drawer(page).getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'mistudio/tiny-pickles' }).click()
    await expect(drawer(page).getByRole('alert')).toContainText('pickle files')
    await drawer(page).getByRole('button', { name: 'Close' }).click()
  })

  await test.step('a token is stored and only its end is shown', async () => {
    await page.goto(`${w.url}/settings?tab=hub`)
    await page.getByLabel('Token', { exact: true }).fill('hf_secret_secret_wxyz')
    await page.getByRole('button', { name: 'Store token' }).click()
    await expect(page.getByText('ending in wxyz')).toBeVisible()
    await expect(page.getByText('hf_secret_secret')).toHaveCount(0)
    await page.getByRole('button', { name: 'Delete token' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete token' }).click()
    await expect(page.getByText('No token is stored')).toBeVisible()
  })

  await test.step('download and register', async () => {
    await page.goto(`${w.url}/hub?q=tiny`)
    await page.getByRole('button', { name: 'mistudio/tiny-stories-1m' }).click()
    await expect(drawer(page)).toContainText('llama (supported)')
    await expect(drawer(page)).toContainText('to fetch')
    await drawer(page).getByRole('button', { name: 'Download and register' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Download model' }).click()
    await expect(page).toHaveURL(/\/models\/[0-9a-f-]{36}/)
    await expect(page.getByText('Ready').first()).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText(/mistudio\/tiny-stories-1m at [0-9a-f]{12}/)).toBeVisible()
  })

  await test.step('deleting it removes its files', async () => {
    const folder = join(w.dataDir, 'hub', 'mistudio--tiny-stories-1m')
    expect(await readdir(folder)).toHaveLength(1)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete model' }).click()
    await expect(page).toHaveURL(/\/models$/)
    await expect.poll(() => readdir(folder).catch(() => null), { timeout: 20_000 }).toBeNull()
  })
  expect(errors).toEqual([])
})

test('one of the ONNX exports of a repository instead of its safetensors', async ({ page }) => {
  await page.goto((await w.client.createLink()).url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
  await page.goto(`${w.url}/hub?q=small`)
  await page.getByRole('button', { name: 'mistudio/small-exports' }).click()
  const weights = drawer(page).getByRole('combobox', { name: 'Weights' })
  await expect(weights.locator('option:checked')).toHaveText(/^safetensors \(/)
  await expect(drawer(page).getByRole('radio', { name: 'int8' })).toBeVisible()

  await test.step('the graph, its size and what is different are shown', async () => {
    await weights.selectOption('onnx/model_fused.onnx')
    await expect(drawer(page).getByRole('cell', { name: 'onnx/model_fused.onnx' })).toBeVisible()
    await expect(drawer(page).getByRole('cell', { name: 'model.safetensors' })).toHaveCount(0)
    await expect(drawer(page).getByText(/sites are found in its graph/)).toBeVisible()
    await expect(drawer(page).getByRole('radio', { name: 'int8' })).toHaveCount(0)
  })

  await test.step('it becomes a model that says where it came from and what was opened', async () => {
    await drawer(page).getByRole('button', { name: 'Download and register' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Download model' }).click()
    await expect(page).toHaveURL(/\/models\/[0-9a-f-]{36}/)
    await expect(page.getByText(/mistudio\/small-exports at [0-9a-f]{12}, onnx\/model_fused\.onnx/)).toBeVisible({
      timeout: 60_000,
    })
    await expect(page.getByText('4 × SkipLayerNormalization', { exact: true })).toBeVisible()
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    await w.client.deleteModel({ params: { id } })
  })
})
