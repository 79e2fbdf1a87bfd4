import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { flakyTests } from './flaky.mjs'
import { ROOT } from './paths.mjs'

it('finds in a real report the test that passed only at its second try', async () => {
  // Inside the repository, where the test runner's own packages are found.
  const folder = await mkdtemp(join(ROOT, 'test-flaky-'))
  try {
    await writeFile(
      join(folder, 'some.spec.mjs'),
      `import { expect, test } from '@playwright/test'
test('steady', () => {})
test.describe('group', () => {
  test('now and then', ({}, { retry }) => expect(retry).toBe(1))
})
`,
    )
    await writeFile(join(folder, 'playwright.config.mjs'), 'export default { retries: 1, reporter: "json" }')
    const report = join(folder, 'report.json')
    await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/.bin/playwright'), 'test', '-c', folder], {
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    })
    expect(flakyTests(JSON.parse(await readFile(report, 'utf8')))).toEqual([
      { title: 'now and then', place: 'some.spec.mjs:4' },
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})
