// Checks the lock file: every optional platform package is in it (npm leaves out what a registry view lacks), no registry host is
// written down, and every direct dependency has an exact version.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './lib/paths.mjs'

const readJson = (/** @type {string} */ path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
/** @type {Record<string, {optionalDependencies?: Record<string, string>, resolved?: string}>} */
const packages = readJson('package-lock.json').packages
const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)))
const problems = []

for (const [path, entry] of Object.entries(packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {}))
    if (!names.has(name)) problems.push(`${path}: optional package ${name} is missing from the lock`)
  if (/^https?:/.test(entry.resolved ?? '')) problems.push(`${path}: the lock names a download address`)
}
const manifests = [
  'package.json',
  ...['backend', 'worker', 'frontend'].map((name) => `${name}/package.json`),
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/package.json`),
]
for (const file of manifests) {
  const { dependencies = {}, devDependencies = {} } = readJson(file)
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    if (!name.startsWith('@mistudio/') && !/^(npm:[^@]+@)?\d+\.\d+\.\d+/.test(String(version)))
      problems.push(`${file}: ${name} has no exact version (${version})`)
  }
}
console.log(problems.length ? problems.join('\n') : 'The lock file is complete, exact and names no host.')
process.exitCode = problems.length ? 1 : 0
