// One server, several browsers: who is signed in is listed and can be signed out, one or all at once; who edits what another edits sees
// the other's text and chooses.
import { join } from 'node:path'
import { type Browser, expect, type Page, test } from '@playwright/test'
import { SITE, writeMirror } from '../../worker/dist/saes/testing.js'
import { prepared } from '../lib/prepared.js'
import { ended, extract } from '../lib/work.mjs'
import { world } from '../lib/world.js'

const w = world()

/** A browser of its own that calls itself so, signed in through a link of the key. */
async function signedIn(browser: Browser, userAgent: string, client = w.client): Promise<Page> {
  const page = await (await browser.newContext({ userAgent })).newPage()
  await page.goto((await client.createLink()).url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
  return page
}
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const signInForm = (page: Page) => page.getByRole('heading', { name: 'miStudio', level: 1 })

test('browsers that are signed in are listed, ended one by one, and all at once', async ({ browser }) => {
  await w.client.endSessions({ query: { of: 'all' } })
  const [mine, other] = [await signedIn(browser, CHROME), await signedIn(browser, FIREFOX)]
  await mine.goto(`${w.url}/settings?tab=sessions`)
  const list = mine.getByRole('region', { name: 'Signed-in browsers' })
  await expect(list.getByRole('row').filter({ hasText: 'this browser' })).toContainText('Chrome')

  await test.step('another one is ended, and is out without doing anything', async () => {
    await mine.getByRole('button', { name: /^End session Firefox/ }).click()
    await mine.getByRole('dialog').getByRole('button', { name: /^End/ }).click()
    await expect(list.getByRole('row')).toHaveCount(2)
    await other.reload()
    await expect(signInForm(other)).toBeVisible()
  })

  await test.step('all are ended, this one too', async () => {
    const third = await signedIn(browser, FIREFOX)
    await mine.getByRole('button', { name: 'Sign out everywhere' }).click()
    await mine
      .getByRole('dialog')
      .getByRole('button', { name: /^Sign out/ })
      .click()
    await expect(signInForm(mine)).toBeVisible()
    await third.reload()
    await expect(signInForm(third)).toBeVisible()
    expect(await w.client.listSessions()).toEqual([])
  })
})

test('two browsers that edit one label see each other’s text, and nothing is lost unseen', async ({ browser }) => {
  const on = await prepared(w)
  const folder = await writeMirror(join(await w.folder('saes'), 'mirror'), { threshold: 0.05 })
  const source = { kind: 'folder' as const, path: folder }
  const check = { tokenizationId: null }
  const sae = await w.client.createSae({
    body: { source, name: 'edited by two', modelId: on.modelId, site: SITE, check },
  })
  await ended(w.client, sae.job?.id ?? '')
  const extraction = await extract(w.client, sae.id, on.tokenizationId, { tokens: 2048 })
  const page = `${w.url}/features/${extraction.id}/3`
  const [one, two] = [await signedIn(browser, CHROME), await signedIn(browser, FIREFOX)]
  const label = (of: Page) => of.getByRole('textbox', { name: 'Label' })
  const write = async (of: Page, text: string) => {
    await label(of).fill(text)
    await of.getByRole('button', { name: 'Save', exact: true }).click()
  }
  const stored = async () => (await w.client.getFeature({ params: { id: extraction.id, index: 3 } })).label
  for (const each of [one, two]) {
    await each.goto(page)
    await expect(label(each)).toBeVisible()
  }
  // Both have begun before either saves.
  await label(two).fill('dogs')
  await write(one, 'cats')
  await expect.poll(stored).toBe('cats')
  await two.getByRole('button', { name: 'Save', exact: true }).click()
  const conflict = two.getByRole('alert').filter({ hasText: 'Somebody else changed this' })

  await test.step('who saves second sees what the first wrote, and the own text stays', async () => {
    await expect(conflict).toContainText('cats')
    await expect(label(two)).toHaveValue('dogs')
    expect(await stored()).toBe('cats')
  })
  await test.step('and may replace it', async () => {
    await conflict.getByRole('button', { name: 'Replace with mine' }).click()
    await expect(conflict).toBeHidden()
    expect(await stored()).toBe('dogs')
  })
  await test.step('or keep it', async () => {
    await one.reload()
    await expect(label(one)).toHaveValue('dogs')
    await label(one).fill('birds')
    await write(two, 'fish')
    await expect.poll(stored).toBe('fish')
    await one.getByRole('button', { name: 'Save', exact: true }).click()
    const alert = one.getByRole('alert').filter({ hasText: 'Somebody else changed this' })
    await expect(alert).toContainText('fish')
    await alert.getByRole('button', { name: 'Keep theirs' }).click()
    await expect(alert).toBeHidden()
    await expect(label(one)).toHaveValue('fish')
    expect(await stored()).toBe('fish')
  })
})
