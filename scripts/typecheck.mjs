// Checks all types: of every workspace, of journeys, benchmarks and scripts. The declarations that it writes beside the build are what
// other workspaces and editors read.
import { join } from 'node:path'
import { buildJavaScript } from './lib/parts.mjs'
import { run } from './lib/setup.mjs'

const compiler = join('node_modules', 'typescript-native', 'bin', 'tsc')
// The backend's sources are whole only with the database client.
await buildJavaScript()
await run(process.execPath, [compiler, '-b'])
// Journeys, benchmarks and scripts, which no workspace holds; after the workspaces, for they read the declarations.
await run(process.execPath, [compiler, '-p', 'e2e/tsconfig.json'])
