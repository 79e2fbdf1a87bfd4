// Prisma's CLI with the WebAssembly schema engine from npm, so that migrations can be made without downloading an engine.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './lib/paths.mjs'

const { status } = spawnSync(join(ROOT, 'node_modules', '.bin', 'prisma'), process.argv.slice(2), {
  cwd: ROOT,
  stdio: 'inherit',
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY:
      process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ?? join(ROOT, 'scripts', 'prisma-schema-engine.mjs'),
  },
})
process.exitCode = status ?? 1
