// A dataset from this computer comes in pieces: the page is loaded anew in the middle, the server is killed while it goes on, and the import
// reads the very bytes and clears them away.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { world } from '../lib/world.js'

const w = world()
const LONG = { timeout: 120_000 }
const PIECES = '**/api/v1/folder-uploads/*/files/*'

const openUpload = async (page: Page): Promise<void> => {
  await page.goto((await w.client.createLink()).url)
  await page.getByRole('navigation').getByRole('link', { name: 'Datasets', exact: true }).click()
  await page.getByRole('button', { name: 'Add dataset' }).first().click()
  await page.getByRole('tab', { name: 'On this computer' }).click()
}
const killBackend = async (): Promise<void> => {
  const state = JSON.parse(await readFile(join(w.dataDir, 'run', 'state.json'), 'utf8'))
  process.kill(state.processes.backend.pid, 'SIGKILL')
}

test('a dataset file survives a reload and the death of the server on its way', async ({ page, context }) => {
  const file = join(await w.folder('texts'), 'my texts.jsonl')
  const line = `${JSON.stringify({ text: 'Once upon a time there was a small fox who liked numbers. '.repeat(8) })}\n`
  await writeFile(file, line.repeat(80_000))
  await openUpload(page)
  const dialog = page.getByRole('dialog')

  await test.step('the page is loaded anew in the middle', async () => {
    let pieces = 0
    await context.route(PIECES, (route) => {
      pieces += 1
      return pieces > 2 ? route.abort('connectionreset') : route.continue()
    })
    await dialog.getByLabel('File of a dataset').setInputFiles(file)
    await dialog.getByRole('button', { name: 'Start upload' }).click()
    await expect(dialog.getByText('It goes on by itself as soon as the server answers.')).toBeVisible(LONG)
    await context.unroute(PIECES)
    await page.reload()
    await page.getByRole('tab', { name: 'On this computer' }).click()
    await expect(dialog.getByText(/Choose the same file again to go on/)).toBeVisible()
  })

  await test.step('the server dies while it goes on', async () => {
    let pieces = 0
    await context.route(PIECES, async (route) => {
      pieces += 1
      if (pieces === 2) await killBackend()
      await route.continue()
    })
    await dialog.getByLabel('File of a dataset').setInputFiles(file)
    await expect(dialog.getByText(/are on the server already/)).toBeVisible()
    await dialog.getByRole('button', { name: 'Continue upload' }).click()
    await expect(dialog.getByText(/1 of 1 files/)).toBeVisible(LONG)
  })

  await test.step('it is looked into and imported, and the upload is cleared away', async () => {
    await dialog.getByRole('button', { name: 'Look inside' }).click()
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Uploaded texts')
    await dialog.getByRole('button', { name: 'Import' }).click()
    await expect(page).toHaveURL(/\/datasets\/[0-9a-f-]{36}/)
    await expect(page.getByText('Ready').first()).toBeVisible(LONG)
    const dataset = (await w.client.listDatasets()).find(({ name }) => name === 'Uploaded texts')
    expect(dataset?.stats?.documents).toBe(80_000)
    expect(await w.client.listFolderUploads()).toEqual([])
    expect(await readdir(join(w.dataDir, 'uploads'))).toEqual([])
    await w.client.deleteDataset({ params: { id: dataset?.id ?? '' } })
  })
})
