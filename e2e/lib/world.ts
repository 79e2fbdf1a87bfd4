// What journeys know of the stack that e2e/setup.ts started.
import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, type RestClient } from '@mistudio/client'

const need = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: journeys run through playwright.config.ts.`)
  return value
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
  const [url, apiKey, dataDir] = [need('MISTUDIO_URL'), need('MISTUDIO_API_KEY'), need('MISTUDIO_E2E_DATA_DIR')]
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
