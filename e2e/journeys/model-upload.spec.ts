// A model from this computer: its folder is chosen in the browser, the connection breaks, the page is loaded anew, the upload goes on, and the
// model is registered and deleted with its files.
import { createHash } from 'node:crypto'
import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { DEMO } from '../lib/work.mjs'
import { world } from '../lib/world.js'

const w = world()
const LONG = { timeout: 120_000 }

const logIn = async (page: Page): Promise<void> => {
  const { url } = await w.client.createLink()
  await page.goto(url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
}
const openUpload = async (page: Page): Promise<void> => {
  await page.getByRole('navigation').getByRole('link', { name: 'Models', exact: true }).click()
  await page.getByRole('button', { name: 'Add model' }).first().click()
  await page.getByRole('tab', { name: 'From this computer' }).click()
}

test('a model folder is uploaded, survives a break and a reload, and is registered', async ({ page, context }) => {
  const folder = join(await w.folder('upload'), 'tiny-from-home')
  await cp(join(DEMO, 'tiny-stories-1m'), folder, { recursive: true })
  await writeFile(join(folder, 'notes.md'), 'not needed')
  await logIn(page)
  await openUpload(page)
  const dialog = page.getByRole('dialog')

  await test.step('the connection breaks in the middle', async () => {
    let pieces = 0
    await context.route('**/api/v1/folder-uploads/*/files/*', (route) => {
      pieces += 1
      return pieces > 2 ? route.abort('connectionreset') : route.continue()
    })
    await dialog.getByLabel('Folder of a model').setInputFiles(folder)
    await expect(dialog.getByText(/tiny-from-home: 5 files/)).toBeVisible()
    await expect(dialog.getByText(/notes\.md \(not needed\)/)).toBeVisible()
    await dialog.getByRole('button', { name: 'Start upload' }).click()
    await expect(dialog.getByText('It goes on by itself as soon as the server answers.')).toBeVisible()
    await expect(dialog.getByText(/2 of 5 files/)).toBeVisible()
  })

  await test.step('after a reload the same files go on where it was', async () => {
    await context.unroute('**/api/v1/folder-uploads/*/files/*')
    await page.reload()
    await page.getByRole('tab', { name: 'From this computer' }).click()
    await expect(
      dialog.getByRole('region', { name: 'Earlier uploads' }).getByText(/Choose the same files again/),
    ).toBeVisible()
    await dialog.getByLabel('Folder of a model').setInputFiles(folder)
    await dialog.getByRole('button', { name: 'Continue upload' }).click()
    await expect(dialog.getByText(/5 of 5 files/)).toBeVisible(LONG)
  })

  const [upload] = await w.client.listFolderUploads()
  await test.step('the server has the very bytes', async () => {
    expect(upload?.files).toHaveLength(5)
    for (const { name, sha256 } of upload?.files ?? []) {
      const bytes = await readFile(join(folder, name))
      expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
      expect(await readFile(join(upload?.path ?? '', name))).toEqual(bytes)
    }
  })

  await test.step('it is registered like any other', async () => {
    await dialog.getByRole('button', { name: 'Look inside' }).click()
    await expect(dialog.getByText('1.05M').first()).toBeVisible()
    await dialog.getByRole('button', { name: 'Add model' }).click()
    await expect(page.getByText('Ready').first()).toBeVisible(LONG)
  })

  await test.step('it is deleted with its files', async () => {
    const uploaded = dirname(upload?.path ?? '')
    expect((await stat(uploaded)).isDirectory()).toBe(true)
    const registered = async () => (await w.client.listModels()).find(({ path }) => path === upload?.path)
    await expect.poll(async () => (await registered())?.status, LONG).toBe('ready')
    const { id } = (await registered()) ?? { id: '' }
    await page.goto(`${w.url}/models/${id}`)
    await page.getByRole('button', { name: 'Delete' }).first().click()
    await expect(page.getByLabel('Delete the uploaded files too')).toBeChecked()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete model' }).click()
    await expect(page).toHaveURL(/\/models$/)
    await expect.poll(() => readdir(dirname(uploaded)), LONG).not.toContain(upload?.id)
    expect(await w.client.listFolderUploads()).toEqual([])
  })
})
