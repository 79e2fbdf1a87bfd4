import { defineConfig } from '@playwright/test'

/** Browser journeys against a whole stack of their own (started by e2e/setup.ts in a temporary folder). */
export default defineConfig({
  testDir: 'e2e/journeys',
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 15_000 },
  globalSetup: './e2e/setup.ts',
  outputDir: 'test-results',
  reporter: [['list']],
  use: {
    actionTimeout: 15_000,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
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
