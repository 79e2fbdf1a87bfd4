// Attack: what must hold when somebody means harm or something breaks, asked of a really started product from outside.
//   npm run attack -- [--short] [--group NAME]... [--seed N]
// Counts per group; exit status 0 only when every probe held. Traffic goes to this machine alone.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { GROUPS } from './groups.mjs'
import { startInstance } from './lib/instance.mjs'
import { openProbes } from './lib/probes.mjs'

/** @typedef {import('./lib/probes.mjs').Probes['probe']} Probe */
/**
 * @typedef {object} Group
 * @property {string} name
 * @property {string} about what it tries
 * @property {boolean} [short] cheap enough for every test run
 * @property {boolean} [own] breaks things: gets a product of its own
 * @property {NodeJS.ProcessEnv} [env] of its own product
 * @property {(on: { probe: Probe, instance: import('./lib/instance.mjs').Instance, seed: string, brief: boolean }) => Promise<void>} run
 */

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    group: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    /** A file for the counts. */
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('npm run attack -- [--short] [--group NAME]... [--seed N]\n')
  for (const { name, about, short } of GROUPS) console.log(`  ${name.padEnd(12)}${short ? '(short) ' : ''}${about}`)
  process.exit(0)
}
const unknown = values.group.filter((name) => !GROUPS.some((group) => group.name === name))
if (unknown.length)
  throw new Error(`There is no group "${unknown[0]}": ${GROUPS.map((group) => group.name).join(', ')}.`)
const chosen = GROUPS.filter(
  ({ name, short }) => (!values.group.length || values.group.includes(name)) && (!values.short || short),
)

/** @type {import('./lib/instance.mjs').Instance | null} */
let shared = null
/** @type {import('./lib/probes.mjs').Count[]} */
const counts = []
console.log(`seed ${values.seed}`)
try {
  for (const group of chosen) {
    console.log(`\n== ${group.name}: ${group.about}`)
    if (!group.own && !shared) shared = await startInstance()
    const instance = group.own || !shared ? await startInstance({ env: group.env ?? {} }) : shared
    const { probe, end } = openProbes(group.name)
    try {
      await group.run({ probe, instance, seed: values.seed, brief: values.short })
    } catch (error) {
      // A group that broke off has not shown what it should have: that is a failure, not fewer probes.
      await probe('the group ran to its end', () => Promise.reject(error))
    } finally {
      if (group.own) await instance.stop()
    }
    const count = end()
    counts.push(count)
    console.log(
      `  ${count.held + count.failed} probes, ${count.held} held, ${count.failed} failed (${count.seconds.toFixed(1)} s)`,
    )
  }
} finally {
  await shared?.stop()
}

const sum = (/** @type {'held' | 'failed'} */ what) => counts.reduce((total, count) => total + count[what], 0)
console.log(`\n${'group'.padEnd(14)}${['probes', 'held', 'failed', 's'].map((word) => word.padStart(8)).join('')}`)
for (const { name, held, failed, seconds } of counts)
  console.log(
    `${name.padEnd(14)}${[held + failed, held, failed, Math.round(seconds)].map((n) => String(n).padStart(8)).join('')}`,
  )
console.log(
  `\n${sum('held') + sum('failed')} probes, ${sum('held')} held, ${sum('failed')} failed (seed ${values.seed})`,
)
if (values.report)
  await writeFile(
    values.report,
    JSON.stringify({
      held: sum('held'),
      failed: sum('failed'),
      groups: counts.map(({ faults, ...count }) => ({ ...count, failures: faults.map(({ what }) => what) })),
    }),
  )
process.exitCode = sum('failed') ? 1 : 0
