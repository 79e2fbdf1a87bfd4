// Known vulnerabilities of what the lock file names: npm's advisory endpoint where it answers, otherwise the dated snapshot beside this
// file, which covers only the packages that were looked up. Says which was asked. Exit status: 0 nothing serious, 1 a high or critical
// one that a version fixes (or no data at all), 3 nothing serious in the snapshot, the endpoint was not asked.
//   npm run advisories
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './lib/paths.mjs'

/** @typedef {{ id: string, package: string, version: string, severity: string, title: string, fixed: string | null }} Finding */
/** An advisory of unknown weight counts as serious. */
const SERIOUS = ['high', 'critical', 'unknown']
const ONLY_SNAPSHOT = 3

/** What npm's endpoint says, or why it said nothing. @returns {{ findings: Finding[] } | { problem: string }} */
const askNpm = () => {
  const { stdout, error } = spawnSync('npm', ['audit', '--json', '--audit-level=none'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout: 60_000,
    shell: process.platform === 'win32',
  })
  if (error) return { problem: error.message }
  try {
    return findingsOf(JSON.parse(stdout))
  } catch {
    return { problem: 'npm audit answered something that is not JSON' }
  }
}

/** @param {any} report of `npm audit --json` @returns {{ findings: Finding[] } | { problem: string }} */
export const findingsOf = (report) => {
  if (report.auditReportVersion !== 2 || typeof report.vulnerabilities !== 'object')
    return {
      problem: String(report.message ?? report.error?.summary ?? 'no report').replace(/https?:\S+/g, 'the endpoint'),
    }
  const findings = []
  // A text names another package of the report: its own entry tells.
  for (const { name, range, via, fixAvailable } of Object.values(report.vulnerabilities))
    for (const cause of via)
      if (typeof cause === 'object')
        findings.push({
          id:
            String(cause.url ?? cause.source)
              .split('/')
              .at(-1) ?? '',
          package: name,
          version: range,
          severity: cause.severity,
          title: cause.title,
          fixed: fixAvailable ? (fixAvailable.version ?? 'npm audit fix') : null,
        })
  return { findings }
}

/** Versions of every package of the lock. @returns {Map<string, Set<string>>} */
export const lockedVersions = (lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))) => {
  const locked = new Map()
  for (const [path, { version, link, name }] of Object.entries(lock.packages)) {
    if (link || !path.includes('node_modules/') || !version) continue
    const key = name ?? path.split('node_modules/').at(-1)
    locked.set(key, (locked.get(key) ?? new Set()).add(version))
  }
  return locked
}

/** Major, minor and patch; what comes before a release counts as the release. @param {string} version */
const numbers = (version) => (version.split(/[-+]/)[0] ?? '').split('.').map(Number)
const compare = (/** @type {number[]} */ a, /** @type {number[]} */ b) =>
  (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0) || (a[2] ?? 0) - (b[2] ?? 0)

/** Whether a version lies in a range of the snapshot: `>=1.0.0 <1.2.0 || <0.9.0`. @param {string} version @param {string} range @throws for any other form */
export const inRange = (version, range) =>
  range.split('||').some((part) =>
    part
      .trim()
      .split(/\s+/)
      .every((bound) => {
        const [, sign, edge] = /^(>=|<)(\d+\.\d+\.\d+)$/.exec(bound) ?? []
        if (!sign || !edge) throw new Error(`The range "${range}" is not written as ">=1.0.0 <1.2.0".`)
        const order = compare(numbers(version), numbers(edge))
        return sign === '<' ? order < 0 : order >= 0
      }),
  )

/** @param {{ advisories: { id: string, package: string, severity: string, vulnerable: string, fixed: string | null, title: string }[] }} snapshot @param {Map<string, Set<string>>} locked @returns {Finding[]} */
export const matching = ({ advisories }, locked) =>
  advisories.flatMap(({ vulnerable, ...advisory }) =>
    [...(locked.get(advisory.package) ?? [])]
      .filter((version) => inRange(version, vulnerable))
      .map((version) => ({ ...advisory, version })),
  )

const tell = (/** @type {Finding} */ { id, package: name, version, severity, title, fixed }) =>
  console.log(
    `${severity.padEnd(9)} ${name} ${version}: ${title} (${id}); ${fixed ? `fixed in ${fixed}` : 'no fix yet'}`,
  )

const run = () => {
  const asked = askNpm()
  const locked = lockedVersions()
  const snapshot = JSON.parse(readFileSync(join(ROOT, 'scripts', 'advisories.json'), 'utf8'))
  const findings = 'findings' in asked ? asked.findings : matching(snapshot, locked)
  if ('findings' in asked) console.log(`npm's advisory endpoint was asked about ${locked.size} packages.`)
  else {
    const covered = new Set(snapshot.advisories.map((/** @type {{ package: string }} */ advisory) => advisory.package))
    console.log(`npm's advisory endpoint gave no answer (${asked.problem}).`)
    console.log(
      `Instead the snapshot of ${snapshot.takenOn} was consulted: ${snapshot.advisories.length} advisories of ${covered.size} packages. The other ${locked.size - covered.size} of ${locked.size} locked packages were NOT checked: run this where the endpoint answers.`,
    )
  }
  for (const finding of findings) tell(finding)
  const serious = findings.filter(({ severity, fixed }) => SERIOUS.includes(severity) && fixed)
  console.log(
    serious.length
      ? `${serious.length} high or critical, with a fix: bring them up.`
      : 'Nothing high or critical that a version fixes.',
  )
  process.exitCode = serious.length ? 1 : 'findings' in asked ? 0 : ONLY_SNAPSHOT
}
if (process.argv[1] === import.meta.filename) run()
