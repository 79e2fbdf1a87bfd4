// The matrix of places and troubles that a start must cope with. Last line: `N passed, N failed, N skipped`.
//   npm run places                        a short form with the modules installed here, a minute or two
//   npm run places -- --full              every case, clean installs, the README's second command; hours
//   npm run places -- NAME …              only these cases or groups: where, starts, secrets, installs, oldData, oldRuns
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openBench } from './bench.mjs'
import { INSTALLS } from './installs.mjs'
import { OLD_DATA } from './old-data.mjs'
import { OLD_RUNS } from './old-runs.mjs'
import { SECRETS } from './secrets.mjs'
import { STARTS } from './starts.mjs'
import { WHERE } from './where.mjs'

/** @type {Record<string, Record<string, (bench: import('./bench.mjs').Bench, full?: boolean) => unknown>>} */
const GROUPS = {
  where: WHERE,
  secrets: SECRETS,
  starts: STARTS,
  installs: INSTALLS,
  oldData: OLD_DATA,
  oldRuns: OLD_RUNS,
}
const SHORT = ['rootInPrivateFolder', 'readOnlyClone', 'canaries', 'twoAtOnce', 'killedLauncher']

const { values, positionals } = parseArgs({
  options: { full: { type: 'boolean', default: false }, report: { type: 'string' } },
  allowPositionals: true,
})
const all = Object.entries(GROUPS).flatMap(([group, cases]) =>
  Object.entries(cases).map(([name, run]) => ({ group, name, run })),
)
const unknown = positionals.filter((word) => !all.some(({ group, name }) => [group, name].includes(word)))
if (unknown.length) {
  console.error(`There is no case ${unknown.join(', ')}. Cases: ${all.map(({ name }) => name).join(', ')}`)
  process.exit(1)
}
const wanted = all.filter(({ group, name }) =>
  positionals.length
    ? positionals.some((word) => word === group || word === name)
    : values.full || SHORT.includes(name),
)

const bench = openBench()
for (const { name, run } of wanted) {
  const began = performance.now()
  try {
    await run(bench, values.full)
  } catch (error) {
    bench.check(false, `${name} ran to its end`, error instanceof Error ? error.stack : error)
  }
  console.log(`  ${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`)
}
await bench.end()
const { passed, failed, skipped } = bench.count
if (values.report) writeFileSync(values.report, JSON.stringify(bench.count))
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed ? 1 : 0
