// Guards: what moves without end moves in steps, a few times a second (ADR 0161).
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

it('every animation without end moves in steps', async () => {
  const css = await readFile(new URL('./theme.css', import.meta.url), 'utf8')
  const endless = [...css.matchAll(/--animate-[\w-]+:[^;]*\binfinite\b[^;]*/g)].map(([text]) => text)
  expect(endless.map((text) => text.split(':')[0])).toEqual(['--animate-spin', '--animate-pulse', '--animate-slide'])
  for (const text of endless) expect(text).toMatch(/\bsteps\(\d/)
})
