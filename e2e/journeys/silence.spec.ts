// A process that hangs is told from one that works: the worker's silence on every waiting job and in the header, the server's within
// seconds and with a way to ask again.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { prepared } from '../lib/prepared.js'
import { ended } from '../lib/work.mjs'
import { world } from '../lib/world.js'

const w = world()
const pidOf = async (name: 'worker' | 'backend'): Promise<number> =>
  JSON.parse(await readFile(join(w.dataDir, 'run', 'state.json'), 'utf8')).processes[name].pid

/** Freezes a process while `work` runs. */
const frozen = async (name: 'worker' | 'backend', work: () => Promise<void>): Promise<void> => {
  const pid = await pidOf(name)
  process.kill(pid, 'SIGSTOP')
  try {
    await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}
const logIn = async (page: Page): Promise<void> => {
  await page.goto((await w.client.createLink()).url)
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible()
}
const generate = (modelId: string) =>
  w.client.createSteering({
    body: { modelId, prompt: 'Once upon a time', variants: [], sampling: { maxTokens: 20 } },
  })

test('a worker or a server that hangs is said, and what waits for what', async ({ page }) => {
  const { modelId } = await prepared(w)
  await logIn(page)
  await expect(page.getByRole('link', { name: /^Worker: last sign of life/ })).toBeVisible()

  await test.step('a generation whose worker hangs says so', () =>
    frozen('worker', async () => {
      const [first, second] = [await generate(modelId), await generate(modelId)]
      await page.goto(`${w.url}/steering/${first.id}`)
      await expect(page.getByText(/No worker answers since \d+ s\. It starts when one does\./)).toBeVisible({
        timeout: 30_000,
      })
      await expect(page.getByRole('link', { name: /^No worker answers since/ })).toBeVisible()
      await page.goto(`${w.url}/jobs`)
      await expect(page.getByText('Queued').first()).toBeVisible()
      await expect(page.getByText(/No worker answers since/)).toHaveCount(3)
      process.kill(await pidOf('worker'), 'SIGCONT')
      for (const { id, job } of [first, second]) {
        await ended(w.client, job?.id ?? '')
        await w.client.deleteSteering({ params: { id } })
      }
    }))
  await expect(page.getByRole('link', { name: /^Worker: last sign of life/ })).toBeVisible()

  await test.step('a server that hangs says so, and all goes on afterwards', async () => {
    await page.goto(`${w.url}/models`)
    await expect(page.getByRole('heading', { name: 'Models', level: 1 })).toBeVisible()
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
    await frozen('backend', async () => {
      const alert = page.getByRole('alert').filter({ hasText: 'The server has not answered since' })
      await expect(alert).toBeVisible()
      await expect(alert.getByRole('button', { name: 'Try again' })).toBeVisible()
      await expect(page.getByText('Offline', { exact: true })).toBeVisible()
    })
    await expect(page.getByText('The server has not answered since')).toHaveCount(0)
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
  })
})
