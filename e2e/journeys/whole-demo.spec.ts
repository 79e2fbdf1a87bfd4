// The demo, as the start script runs it: the command that package.json names. Last, for what it makes stays there.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { world } from '../lib/world.js'

const w = world()
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

test('the demo ends with a browsable SAE and its figures', async ({ page }) => {
  test.setTimeout(600_000)
  const folder = await mkdtemp(join(tmpdir(), 'demo-'))
  try {
    const [keyFile, out] = [join(folder, 'key'), join(folder, 'demo.json')]
    await writeFile(keyFile, w.apiKey, { mode: 0o600 })
    const { bin } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    const args = ['--url', w.url, '--key-file', keyFile, '--out', out, '--folder', join(ROOT, 'demo')]
    await promisify(execFile)(process.execPath, [join(ROOT, bin.mistudio), 'demo', ...args])
    const report = JSON.parse(await readFile(out, 'utf8'))
    expect(report.fvu).toBeGreaterThan(0.05)
    expect(report.fvu).toBeLessThan(0.1)
    expect(report.ceRecovered).toBeGreaterThan(0.96)
    expect(report.l0).toBeGreaterThan(20)
    expect(report.stages.map(({ name }: { name: string }) => name)).toContain('train SAE')
    await page.goto((await w.client.createLink()).url)
    // The link logs in before the next page is asked for.
    await expect(page.getByRole('navigation')).toBeVisible()
    await page.goto(report.url)
    await expect(page.getByText(/of 2,048 features/).first()).toBeVisible()
  } finally {
    await rm(folder, { recursive: true })
  }
})
