// ./test-mistudio.sh: everything that must hold, from a clean checkout. Last line: `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './lib/paths.mjs'

const setup = await import('./lib/setup.mjs')
await setup.ensureInstalled()
const { ensureChromium } = await import('./lib/chromium.mjs')

const scratch = mkdtempSync(join(tmpdir(), 'mistudio-report-'))
const bin = (/** @type {string} */ name) => join(ROOT, 'node_modules', '.bin', name)
const total = { passed: 0, failed: 0, skipped: 0 }
/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @param {string} name @param {Count} count @param {number} seconds */
const report = (name, count, seconds) => {
  total.passed += count.passed
  total.failed += count.failed
  total.skipped += count.skipped
  const outcome = count.failed ? `${count.failed} FAILED` : 'ok'
  console.log(`\n== ${name}: ${outcome} (${count.passed} passed, ${count.skipped} skipped, ${seconds.toFixed(0)} s)`)
}

/** Runs a command; `count` reads its report, by default the exit status counts as one check. @param {string} name @param {string[]} command `partial`: a status that says the check could not be made whole. @param {{ env?: NodeJS.ProcessEnv, partial?: number, count?: (status: number) => Count }} [options] */
const step = (
  name,
  [program, ...args],
  { env = {}, partial, count = (status) => ({ passed: status ? 0 : 1, failed: status ? 1 : 0, skipped: 0 }) } = {},
) => {
  console.log(`\n== ${name}`)
  const began = performance.now()
  const { status } = spawnSync(String(program), args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } })
  const result = count(status ?? 1)
  // A runner that broke without a failing test has failed all the same.
  if (status && status !== partial && !result.failed) result.failed = 1
  report(name, result, (performance.now() - began) / 1000)
  return !result.failed
}

const none = { passed: 0, failed: 0, skipped: 0 }
const readReport = (/** @type {string} */ file, /** @type {(json: any) => Count} */ read) => () => {
  try {
    return read(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { ...none }
  }
}
const vitestReport = join(scratch, 'vitest.json')
const placesReport = join(scratch, 'places.json')
const attackReport = join(scratch, 'attack.json')
const playwrightReport = join(scratch, 'playwright.json')

const built = step('build', [process.execPath, 'scripts/build.mjs'])
step('types', [process.execPath, 'scripts/typecheck.mjs'])
step('lint and format', [bin('biome'), 'ci', '.', '--diagnostic-level=warn'])
step('dependency rule', [process.execPath, 'scripts/deps.mjs'])
step('lock check', [process.execPath, 'scripts/lockcheck.mjs'])
// Status 3: only the dated snapshot could be asked, which does not name every package. That is not a pass.
step('advisories of locked packages', [process.execPath, 'scripts/advisories.mjs'], {
  partial: 3,
  count: (status) => ({
    passed: status ? 0 : 1,
    failed: status && status !== 3 ? 1 : 0,
    skipped: status === 3 ? 1 : 0,
  }),
})
step('rules of the house', [process.execPath, 'scripts/rules.mjs'])
if (built) {
  step(
    'unit and integration tests',
    [bin('vitest'), 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${vitestReport}`],
    {
      count: readReport(vitestReport, (json) => ({
        passed: json.numPassedTests,
        failed: json.numFailedTests,
        skipped: json.numPendingTests + json.numTodoTests,
      })),
    },
  )
  // The matrix of places runs this very script in its full form.
  if (process.env['MISTUDIO_SKIP_PLACES'] !== '1')
    step('starts in several places', [process.execPath, 'e2e/places/main.mjs', '--report', placesReport], {
      count: readReport(placesReport, (json) => json),
    })
  step('attack, in short', [process.execPath, 'e2e/attack/main.mjs', '--short', '--report', attackReport], {
    count: readReport(attackReport, ({ held, failed }) => ({ passed: held, failed, skipped: 0 })),
  })
  const chromium = ensureChromium()
  if (chromium) {
    // A journey that fails is tried once more; passing then is told apart, for it is a fault to look for.
    step('browser tests', [bin('playwright'), 'test', '--retries=1', '--reporter=list,json'], {
      env: { CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport },
      count: readReport(playwrightReport, ({ stats }) => {
        if (stats.flaky) console.log(`\n${stats.flaky} browser tests passed only at the second try`)
        return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }
      }),
    })
  } else {
    console.log(
      '\n== browser tests: skipped, because there is no Chromium here and none could be installed. Install one or set CHROMIUM to its path.',
    )
    total.skipped += 1
  }
}
rmSync(scratch, { recursive: true, force: true })
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed ? 1 : 0
