// The dependency rules of .dependency-cruiser.cjs, and that they were asked of the whole source: a cruiser that cannot read TypeScript
// finds a handful of modules, no violation, and ends well.
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './lib/paths.mjs'

const FOLDERS = ['packages', 'backend/src', 'worker/src', 'frontend/src']
/** What the configuration leaves out (AssemblyScript), and declarations, which hold no modules. */
const LEFT_OUT = /\/assembly\/|\.d\.ts$/

/** @returns {{ modules: { source: string, dependencies: unknown[] }[], summary: { totalCruised: number, totalDependenciesCruised: number, violations: { from: string, to: string, rule: { name: string, severity: string }, cycle?: { name: string }[] }[] } }} */
function cruised() {
  const command = join(ROOT, 'node_modules/.bin/depcruise')
  const arguments_ = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...FOLDERS]
  const { stdout, stderr, error } = spawnSync(command, arguments_, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (error || !stdout.startsWith('{')) throw new Error(`dependency-cruiser gave no report: ${error ?? stderr}`)
  return JSON.parse(stdout)
}

/** Source files that must have been read. @returns {string[]} */
const sources = () =>
  execFileSync('git', ['ls-files', ...FOLDERS.map((folder) => `${folder}/**/*.ts*`)], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.tsx?$/.test(file) && !LEFT_OUT.test(file))

/**
 * What is wrong with a report. Files that were read but of which no import at all was understood count as unread.
 * @param {ReturnType<typeof cruised>} report @param {readonly string[]} files @returns {string[]}
 */
export function problemsOf({ modules, summary }, files) {
  const read = new Set(modules.map(({ source }) => source))
  const unread = files.filter((file) => !read.has(file))
  const violations = summary.violations.map(
    ({ from, to, rule, cycle }) =>
      `${rule.severity} ${rule.name}: ${[from, ...(cycle?.map(({ name }) => name) ?? [to])].join(' → ')}`,
  )
  if (unread.length > 0)
    violations.push(
      `${unread.length} of ${files.length} source files were not read, such as ${unread.slice(0, 3).join(', ')}`,
    )
  if (summary.totalDependenciesCruised < files.length)
    violations.push(
      `${summary.totalDependenciesCruised} imports were found in ${files.length} source files: too few to be all`,
    )
  return violations
}

if (process.argv[1] === import.meta.filename) {
  const files = sources()
  const report = cruised()
  const problems = problemsOf(report, files)
  const { totalCruised, totalDependenciesCruised } = report.summary
  console.log(
    problems.length > 0
      ? problems.join('\n')
      : `${files.length} source files, ${totalCruised} modules and ${totalDependenciesCruised} imports keep the dependency rules.`,
  )
  process.exitCode = problems.length > 0 ? 1 : 0
}
