// What holds on every page and dialog, empty and filled, in both themes: one scroll container per surface (no scrollbar inside another,
// none for the sake of a pixel) at three sizes, and nothing serious that axe finds. A page is opened once: sizes and themes change on it.
import { expect, type Page, test } from '@playwright/test'
import { type Filled, filled } from '../lib/filled.js'
import { axeFindings, scrollFaults } from '../lib/fit.js'
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

const SIZES = [
  { name: '1280', width: 1280, height: 800 },
  { name: '1440', width: 1440, height: 900 },
  // What a screen of 1440 × 900 leaves at 150 %.
  { name: '150 %', width: 960, height: 600 },
] as const

/** An address, and the buttons that open its dialogs, after `before`. */
interface Stop {
  readonly at: string
  before?(page: Page): Promise<void>
  readonly dialogs?: readonly string[]
  /** The address opens a dialog by itself. */
  readonly dialog?: true
}

/** Pages that look the same whether there is something or nothing, and the lists while they are empty. */
const EMPTY: readonly Stop[] = [
  { at: '/' },
  { at: '/models' },
  { at: '/models?add=1', dialog: true },
  { at: '/hub' },
  { at: '/datasets' },
  { at: '/datasets?add=1', dialog: true },
  { at: '/trainings' },
  { at: '/trainings/compare' },
  { at: '/saes' },
  { at: '/saes/import' },
  { at: '/features' },
  { at: '/captures' },
  { at: '/captures/compare' },
  { at: '/steering' },
  { at: '/jobs' },
  { at: '/system' },
  { at: '/settings?tab=import' },
  { at: '/settings?tab=hub' },
  { at: '/settings?tab=keys' },
]

const stops = (f: Filled): readonly Stop[] => [
  { at: '/' },
  { at: '/models', dialogs: ['Add model'] },
  { at: `/models/${f.modelId}`, dialogs: ['Edit', 'Delete'] },
  { at: `/models/${f.modelId}?tab=architecture` },
  { at: `/models/${f.modelId}?tab=weights` },
  { at: `/models/${f.modelId}?tab=parity` },
  { at: '/datasets' },
  { at: `/datasets/${f.datasetId}`, dialogs: ['Edit', 'Delete'] },
  { at: `/datasets/${f.datasetId}?tab=tokenizations`, dialogs: ['Tokenize'] },
  { at: `/datasets/${f.datasetId}?tab=statistics` },
  { at: '/trainings' },
  { at: '/trainings/new', dialogs: ['Templates'] },
  { at: `/trainings/compare?ids=${f.trainings.join(',')}`, dialogs: ['Columns'] },
  { at: `/trainings/${f.trainings[0]}`, dialogs: ['Edit', 'Extend', 'Delete'] },
  { at: '/saes' },
  { at: '/saes/import' },
  { at: `/saes/${f.saeId}`, dialogs: ['Edit', 'Delete', 'Upload to the hub'] },
  { at: '/features' },
  { at: `/features?start=1&saeId=${f.saeId}`, dialog: true },
  {
    at: `/features/${f.extractionId}`,
    before: (page) =>
      page
        .getByRole('checkbox', { name: /^Select feature/ })
        .first()
        .check(),
    dialogs: ['Label…', 'To a list…'],
  },
  { at: `/features/${f.extractionId}/0` },
  { at: '/captures' },
  { at: '/captures/new' },
  { at: `/captures/${f.captures[0]}`, dialogs: ['Delete'] },
  { at: `/captures/compare?a=${f.captures[0]}&b=${f.captures[1]}` },
  { at: '/steering' },
  { at: `/steering/${f.steeringId}` },
  { at: '/jobs' },
  { at: `/jobs/${f.jobId}` },
]

class Walk {
  readonly found: string[] = []
  constructor(private readonly page: Page) {}

  async visit({ at, before, dialogs = [], dialog }: Stop): Promise<void> {
    const { page } = this
    await page.setViewportSize(SIZES[0])
    await page.goto(`${w.url}${at}`)
    await expect(page.getByRole(dialog ? 'dialog' : 'heading').first()).toBeVisible()
    await expect(page.locator('main .animate-pulse')).toHaveCount(0)
    await this.look(at, dialog ? 'dialog[open]' : 'body')
    await before?.(page)
    for (const name of dialogs) {
      await page.getByRole('button', { name, exact: true }).first().click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await this.look(`${at} › ${name}`, 'dialog[open]')
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toHaveCount(0)
    }
  }

  private async look(name: string, within: string): Promise<void> {
    const { page, found } = this
    const scrollbars = async (size: string) => {
      for (const fault of await scrollFaults(page)) found.push(`${name} at ${size}: ${fault}`)
    }
    for (const finding of await axeFindings(page, within)) found.push(`${name}, dark: ${finding}`)
    for (const { name: size, width, height } of SIZES) {
      await page.setViewportSize({ width, height })
      await scrollbars(size)
    }
    await page.setViewportSize(SIZES[0])
    // The themes differ in colours alone, and so in what can be read.
    await this.wear('light')
    await scrollbars('1280, light')
    for (const finding of await this.contrast(within)) found.push(`${name}, light: ${finding}`)
    await this.wear('dark')
  }

  /** What axe says of the colours of a theme once they are all drawn: rows out of sight follow late on a busy machine. */
  private async contrast(within: string): Promise<string[]> {
    for (let wait = 0; ; wait++) {
      const found = await axeFindings(this.page, within, ['color-contrast'])
      if (found.length === 0 || wait === 4) return found
      await this.page.waitForTimeout(500)
    }
  }

  private async wear(theme: 'dark' | 'light'): Promise<void> {
    const { page } = this
    await page.emulateMedia({ colorScheme: theme })
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    // Drawn, not only chosen: charts and rows out of sight follow a frame later, and colours move for a moment.
    await page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done))
      for (let at = 0; at < 3; at++) await frame()
      await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)))
    })
  }
}

/** Signed in, in a theme that follows the browser's, so that it changes without a reload. */
async function signedIn(page: Page): Promise<void> {
  await page.goto((await w.client.createLink()).url)
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toBeVisible()
  await page.evaluate(() => localStorage.setItem('mistudio.theme', 'system'))
}

// Each on a stack of its own where there are two.
test.describe.configure({ mode: 'parallel' })
for (const [what, stopsOf] of [
  ['of lists and forms', async () => EMPTY],
  ['of what was made', async () => stops(await filled(w))],
] as const) {
  test(`no page and no dialog ${what} has a stray or a nested scrollbar, or anything serious that axe finds`, async ({
    page,
  }) => {
    test.setTimeout(900_000)
    await signedIn(page)
    const walk = new Walk(page)
    for (const stop of await stopsOf()) await walk.visit(stop)
    expect(walk.found).toEqual([])
  })
}
