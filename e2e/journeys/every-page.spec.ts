// What holds on every page and dialog, in both themes: one scroll container per surface (no scrollbar inside another, none for the sake
// of a pixel) at three sizes, and nothing serious that axe finds.
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import axe from 'axe-core'
import { world } from '../lib/world.js'

const w = world()
// Scrollbars are looked for, so the browser must have them.
test.use({
  launchOptions: {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    ignoreDefaultArgs: ['--hide-scrollbars'],
  },
})

const PAGES = [
  '/',
  '/models',
  '/hub',
  '/datasets',
  '/trainings',
  '/trainings/new',
  '/trainings/compare',
  '/saes',
  '/saes/import',
  '/features',
  '/captures',
  '/captures/new',
  '/captures/compare',
  '/steering',
  '/jobs',
  '/system',
  '/settings?tab=import',
  '/settings?tab=hub',
  '/settings?tab=keys',
]
const DIALOGS = ['/models?add=1', '/datasets?add=1']
const SIZES = [
  { name: '1280', width: 1280, height: 800 },
  { name: '1440', width: 1440, height: 900 },
  // What a screen of 1440 × 900 leaves at 150 %.
  { name: '150 %', width: 960, height: 600 },
]

/** Boxes with a vertical scrollbar that is there for a pixel or two, or inside another box that scrolls. */
const faults = (page: Page) =>
  page.evaluate(() => {
    const scrolls = (element: Element) => {
      const { overflowY, scrollbarWidth } = getComputedStyle(element)
      if (!/auto|scroll/.test(overflowY) || scrollbarWidth === 'none' || element.clientHeight === 0) return false
      return element.scrollHeight > element.clientHeight
    }
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}${element.getAttribute('role') ? `[${element.getAttribute('role')}]` : ''}.${element.className}`
    return [...document.querySelectorAll('body *')].filter(scrolls).flatMap((element) => {
      const over = element.scrollHeight - element.clientHeight
      if (over <= 4) return [`stray (${over} px): ${nameOf(element)}`]
      const dialog = element.closest('dialog')
      const outer = element.parentElement?.closest('*')
      for (let above = outer; above && above !== document.body; above = above.parentElement)
        if (dialog?.contains(above) && scrolls(above)) return [`inside another: ${nameOf(element)}`]
      return []
    })
  })

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** Serious and critical findings of axe for WCAG 2.1 A and AA, and names that leave out what is written. */
async function unfit(page: Page): Promise<string[]> {
  // By the debugger, which the page's own rules on scripts do not stop.
  await page.evaluate(axe.source)
  const violations = await page.evaluate(async () => {
    const page = window as unknown as { axe: { run(options: object): Promise<{ violations: readonly Violation[] }> } }
    const runOnly = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }
    return (await page.axe.run({ runOnly, rules: { 'label-content-name-mismatch': { enabled: true } } })).violations
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}

const dialog = (address: string) => DIALOGS.includes(address)

test('no page and no dialog has a stray or a nested scrollbar, or anything serious that axe finds', async ({
  page,
}) => {
  test.setTimeout(480_000)
  const shots = process.env['SHOTS']
  await page.goto((await w.client.createLink()).url)
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toBeVisible()
  const found: string[] = []
  for (const theme of ['dark', 'light']) {
    await page.evaluate((chosen) => localStorage.setItem('mistudio.theme', chosen), theme)
    for (const address of [...PAGES, ...DIALOGS]) {
      await page.goto(`${w.url}${address}`)
      await expect(page.getByRole(dialog(address) ? 'dialog' : 'heading').first()).toBeVisible()
      for (const { name, width, height } of SIZES) {
        await page.setViewportSize({ width, height })
        if (shots) await page.screenshot({ path: join(shots, `${theme}-${width}-${address.replace(/\W+/g, '_')}.png`) })
        for (const fault of await faults(page)) found.push(`${address} at ${name}, ${theme}: ${fault}`)
      }
      await page.setViewportSize({ width: 1280, height: 800 })
      for (const finding of await unfit(page)) found.push(`${address}, ${theme}: ${finding}`)
    }
  }
  expect(found).toEqual([])
})
