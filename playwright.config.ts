import { defineConfig } from '@playwright/test'

/** Deletes whatever it finds, so it comes before the others of its stack. */
const FIRST = '**/main-job.spec.ts'
/** Leaves behind what the demo makes. */
const LAST = '**/whole-demo.spec.ts'

/** Browser journeys, each worker on a whole stack of its own (started by e2e/setup.ts in a temporary folder); the test suite takes two. */
export default defineConfig({
  testDir: 'e2e/journeys',
  workers: 1,
  projects: [
    { name: 'first', testMatch: FIRST },
    { name: 'journeys', testIgnore: [FIRST, LAST] },
    { name: 'last', testMatch: LAST },
  ],
  timeout: 240_000,
  expect: { timeout: 15_000 },
  globalSetup: './e2e/setup.ts',
  outputDir: 'test-results',
  reporter: [['list']],
  use: {
    actionTimeout: 15_000,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    // Recording takes as much of two cores as the product itself: only a second try is recorded, and nothing moves without end.
    trace: 'on-first-retry',
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
      ],
    },
  },
})
