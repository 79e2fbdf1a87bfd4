import { defineConfig } from 'vitest/config'

/** Unit and integration tests of every workspace. Workspaces import one another's build, so `npm run build` comes first. */
export default defineConfig({
  test: {
    include: ['{packages/*,backend,worker,frontend}/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['scripts/test-servers.mjs'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
