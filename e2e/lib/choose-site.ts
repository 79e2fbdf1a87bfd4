// Chooses a site in the grid that a field opens.
import type { Page } from '@playwright/test'

export async function chooseSite(page: Page, field: string, site: string): Promise<void> {
  await page.getByRole('combobox', { name: field, exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: site, exact: true }).click()
}
