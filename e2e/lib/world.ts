// What journeys know of the stack that e2e/setup.ts started for them.
import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, type RestClient } from '@mistudio/client'

/** The stack of this worker of Playwright. */
const ownStack = (): { url: string; apiKey: string; dataDir: string } => {
  const stacks: unknown = JSON.parse(process.env['MISTUDIO_STACKS'] ?? '[]')
  const own = Array.isArray(stacks) ? stacks[Number(process.env['TEST_PARALLEL_INDEX'] ?? 0)] : undefined
  if (!own)
    throw new Error('MISTUDIO_STACKS names no stack for this worker: journeys run through playwright.config.ts.')
  return own
}

export interface World {
  readonly url: string
  readonly apiKey: string
  readonly dataDir: string
  readonly client: RestClient
  /** A new folder that the server may import from. */
  folder(name: string): Promise<string>
}

export const world = (): World => {
  const { url, apiKey, dataDir } = ownStack()
  return {
    url,
    apiKey,
    dataDir,
    client: createClient({ baseUrl: url, apiKey }),
    folder: async (name) => {
      const root = join(dataDir, 'import')
      await mkdir(root, { recursive: true })
      return mkdtemp(join(root, `${name}-`))
    },
  }
}
