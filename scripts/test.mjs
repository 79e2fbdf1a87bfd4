// ./test-mistudio.sh: everything that must hold, from a clean checkout. Last line: `N passed, N failed, N skipped`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flakyTests } from './lib/flaky.mjs'
import { ROOT } from './lib/paths.mjs'
import { ensureInstalled } from './lib/setup.mjs'
import { fromReport, openSuite } from './lib/suite.mjs'

await ensureInstalled()
const { ensureChromium } = await import('./lib/chromium.mjs')

const scratch = mkdtempSync(join(tmpdir(), 'mistudio-report-'))
const report = (/** @type {string} */ name) => join(scratch, `${name}.json`)
const bin = (/** @type {string} */ name) => join(ROOT, 'node_modules', '.bin', name)
const node = (/** @type {string[]} */ ...args) => [process.execPath, ...args]
const { step, together, total } = openSuite()
/** What the last lines say before the count. @type {string[]} */
const remarks = []

/** What can be said without running the product. */
const readCode = () =>
  together([
    { name: 'types', command: node('scripts/typecheck.mjs') },
    { name: 'lint and format', command: [bin('biome'), 'ci', '.', '--diagnostic-level=warn'] },
    { name: 'dependency rule', command: node('scripts/deps.mjs') },
    { name: 'nothing unused', command: [bin('knip'), '--no-progress', '--no-config-hints'] },
    { name: 'lock check', command: node('scripts/lockcheck.mjs') },
    {
      // Status 3: only the dated snapshot could be asked, which does not name every package. That is not a pass.
      name: 'advisories of locked packages',
      command: node('scripts/advisories.mjs'),
      partial: 3,
      count: (status) => ({
        passed: status ? 0 : 1,
        failed: status && status !== 3 ? 1 : 0,
        skipped: status === 3 ? 1 : 0,
      }),
    },
    { name: 'rules of the house', command: node('scripts/rules.mjs') },
  ])

/** Units, and the product as it is started and attacked. */
const runProduct = async () => {
  await step({
    name: 'unit and integration tests',
    command: [bin('vitest'), 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report('vitest')}`],
    count: fromReport(report('vitest'), (json) => ({
      passed: json.numPassedTests,
      failed: json.numFailedTests,
      skipped: json.numPendingTests + json.numTodoTests,
    })),
  })
  // The matrix of places runs this very script in its full form.
  if (process.env['MISTUDIO_SKIP_PLACES'] !== '1')
    await step({
      name: 'starts in several places',
      command: node('e2e/places/main.mjs', '--report', report('places')),
      count: fromReport(report('places'), (json) => json),
    })
  await step({
    name: 'attack, in short',
    command: node('e2e/attack/main.mjs', '--short', '--report', report('attack')),
    count: fromReport(report('attack'), ({ held, failed }) => ({ passed: held, failed, skipped: 0 })),
  })
}

/** @param {string} chromium @param {string} name @param {string} file of the report @param {string[]} args */
const browserTests = (chromium, name, file, args) =>
  step({
    name,
    command: [bin('playwright'), 'test', '--reporter=list,json', ...args],
    env: { CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: file },
    count: fromReport(file, ({ stats }) => ({
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected,
      skipped: stats.skipped,
    })),
  })

/** A journey that fails is tried once more. One that needed that must pass twice more, and is named at the end: it is a fault to look for. */
const runJourneys = async () => {
  const chromium = ensureChromium()
  if (!chromium) {
    console.log(
      '\n== browser tests: skipped, because there is no Chromium here and none could be installed. Install one or set CHROMIUM to its path.',
    )
    total.skipped += 1
    return
  }
  await browserTests(chromium, 'browser tests', report('journeys'), ['--workers=2', '--retries=1'])
  let flaky
  try {
    flaky = flakyTests(JSON.parse(readFileSync(report('journeys'), 'utf8')))
  } catch {
    return
  }
  if (!flaky.length) return
  const again = ['--workers=1', '--retries=0', '--repeat-each=2', ...flaky.map(({ place }) => place)]
  const steady = await browserTests(
    chromium,
    'browser tests that passed only at the second try',
    report('again'),
    again,
  )
  for (const { title, place } of flaky)
    remarks.push(`passed only at the second try: "${title}" (${place})${steady ? '; then twice in a row' : ''}`)
}

const built = await step({ name: 'build', command: node('scripts/build.mjs') })
await readCode()
if (built) {
  await runProduct()
  await runJourneys()
}
rmSync(scratch, { recursive: true, force: true })
console.log(['', ...remarks, `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`].join('\n'))
process.exitCode = total.failed ? 1 : 0
