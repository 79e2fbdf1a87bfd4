// What a page must be free of: scrollbars inside scrollbars or for the sake of a pixel, and anything serious that axe finds.
import type { Page } from '@playwright/test'
import axe from 'axe-core'

/** Boxes with a vertical scrollbar that is there for a pixel or two, or inside another box that scrolls. */
export const scrollFaults = (page: Page) =>
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

/** Serious and critical findings of axe for WCAG 2.1 A and AA, and names that leave out what is written; or of some rules alone. */
export async function axeFindings(page: Page, within: string, rules?: readonly string[]): Promise<string[]> {
  // By the debugger, which the page's own rules on scripts do not stop.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  const some = { runOnly: { type: 'rule', values: rules } }
  const all = {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
    rules: { 'label-content-name-mismatch': { enabled: true } },
  }
  const given = { within, options: { ...(rules ? some : all), resultTypes: ['violations'] } }
  const violations = await page.evaluate(async ({ within, options }) => {
    const page = window as unknown as {
      axe: { run(within: string, options: object): Promise<{ violations: readonly Violation[] }> }
    }
    return (await page.axe.run(within, options)).violations
  }, given)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}
