// "Check this installation" by hand: SAEs are trained on known truth, and the page says what was expected and what was found.
import { expect, test } from '@playwright/test'
import { world } from '../lib/world.js'

const w = world()

test('this installation finds what is there', async ({ page }) => {
  const { url } = await w.client.createLink()
  await page.goto(url)
  await page.getByRole('navigation').getByRole('link', { name: 'System', exact: true }).click()
  await expect(page.getByText('Not checked yet')).toBeVisible()
  await page.getByRole('button', { name: 'Check now' }).click()
  await expect(page.getByRole('progressbar', { name: 'Checking this installation' })).toBeVisible()
  await expect(page.getByText('Every architecture finds what is there.')).toBeVisible({ timeout: 200_000 })
  const table = page.getByRole('region', { name: 'What was found on known features' })
  for (const name of ['topk', 'batchtopk', 'matryoshka_batchtopk', 'standard', 'jumprelu', 'gated']) {
    await expect(table.getByRole('row', { name: new RegExp(`\\b${name}\\b`) })).toContainText(/0\.\d{3}/)
  }
})
