import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

interface Manifest {
  readonly name: string
  readonly exports: Record<string, { readonly '@mistudio/source'?: string }>
}

/** Every face of our packages as its source. Not by the condition itself: vitest would hand it on to processes and threads. */
const faces = readdirSync(join(import.meta.dirname, 'packages')).flatMap((folder) => {
  const place = join(import.meta.dirname, 'packages', folder)
  const manifest: Manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))
  return Object.entries(manifest.exports).map(([face, { '@mistudio/source': source }]) => {
    if (!source) throw new Error(`packages/${folder}/package.json: the export "${face}" names no "@mistudio/source".`)
    return { find: new RegExp(`^${manifest.name}${face.slice(1)}$`), replacement: join(place, source) }
  })
})

const whole = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  exclude: ['**/node_modules/**', '**/dist/**'],
}

/**
 * Unit and integration tests of every workspace, from the sources of all of them. What tests start as processes or threads is the
 * build; the setup brings that up to date first. Packages keep no state of their own, so that their files share what was imported.
 */
export default defineConfig({
  test: {
    globalSetup: ['scripts/test-servers.mjs'],
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias: faces },
        test: { ...whole, name: 'packages', include: ['packages/*/src/**/*.test.ts'], isolate: false },
      },
      {
        resolve: { alias: faces },
        test: {
          ...whole,
          name: 'product',
          include: ['{backend,worker,frontend}/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
        },
      },
    ],
  },
})
