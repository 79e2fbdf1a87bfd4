// Builds everything: WebAssembly kernels, Prisma client, TypeScript of all workspaces, the UI.
import { join } from 'node:path'
import { markBuilt } from './lib/fresh.mjs'
import { ROOT } from './lib/paths.mjs'
import { run } from './lib/setup.mjs'

const bin = (/** @type {string} */ name) => join(ROOT, 'node_modules', '.bin', name)
/** Only generates code, for which Prisma's CLI wants to see an engine but never calls it; any program will do. */
const engine = process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ?? process.execPath

const STEPS = [
  ['kernels', process.execPath, [join('packages', 'kernels', 'build.mjs')]],
  [
    'database client',
    bin('prisma'),
    ['generate'],
    { PRISMA_SCHEMA_ENGINE_BINARY: engine, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  ],
  ['TypeScript', process.execPath, [join('node_modules', 'typescript-native', 'bin', 'tsc'), '-b']],
  ['user interface', bin('vite'), ['build', 'frontend', '--logLevel', 'warn']],
]

for (const [name, command, args, env] of STEPS) {
  const began = performance.now()
  await run(
    /** @type {string} */ (command),
    /** @type {string[]} */ (args),
    /** @type {NodeJS.ProcessEnv} */ (env ?? {}),
  )
  console.log(`  ${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
}
markBuilt()
