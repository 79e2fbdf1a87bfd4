// The dependency rule (.dependency-cruiser.cjs) over every workspace. Through dependency-cruiser's API: its command line refuses
// Node.js 20, which this product supports and the API runs on.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import { ROOT } from './lib/paths.mjs'

process.chdir(ROOT)
const { forbidden, options } = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs'))
const { enhancedResolveOptions, ...cruiseOptions } = options
const folders = [
  ...readdirSync('packages').map((name) => `packages/${name}/src`),
  ...['backend', 'worker', 'frontend'].map((name) => `${name}/src`),
]
const { output, exitCode } = await cruise(
  folders,
  { ...cruiseOptions, validate: true, ruleSet: { forbidden }, outputType: 'err' },
  enhancedResolveOptions,
)
console.log(output)
process.exitCode = exitCode ? 1 : 0
