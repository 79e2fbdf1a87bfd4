// The parts of the build, each done only when its sources changed.
import { join } from 'node:path'
import { emit } from './emit.mjs'
import { whenChanged } from './fresh.mjs'
import { ROOT } from './paths.mjs'
import { run } from './setup.mjs'

const bin = (/** @type {string} */ name) => join(ROOT, 'node_modules', '.bin', name)
/** What every part is made with. */
const TOOLS = ['package-lock.json', 'scripts/lib/parts.mjs']

/** WebAssembly of the loops. */
export const buildKernels = () =>
  whenChanged('kernels', [...TOOLS, 'packages/kernels'], 'packages/kernels/build/kernels.wasm', () =>
    run(process.execPath, [join('packages', 'kernels', 'build.mjs')]),
  )

/** Prisma's client is source code of the backend, made from the schema. */
const generateClient = () =>
  whenChanged('client', [...TOOLS, 'prisma', 'prisma.config.ts'], 'backend/src/generated/prisma/client.ts', () =>
    run(bin('prisma'), ['generate'], {
      // Prisma's command line wants to see an engine but never calls it to generate code; any program will do.
      PRISMA_SCHEMA_ENGINE_BINARY: process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ?? process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    }),
  )

/** JavaScript of the workspaces that Node runs. */
export const buildJavaScript = async () => {
  await generateClient()
  emit()
}

/** The UI takes our packages as sources, so it waits for no other part. */
export const buildInterface = () =>
  whenChanged(
    'interface',
    [...TOOLS, 'frontend', 'packages/contracts', 'packages/client', 'tsconfig.base.json'],
    'frontend/dist/index.html',
    () => run(bin('vite'), ['build', 'frontend', '--logLevel', 'warn']),
  )
