// What the environment says about the hub: the same variables as the Hugging Face tools read, so an existing setup works unchanged.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { z } from 'zod'

const DEFAULT_ENDPOINT = 'https://huggingface.co'
const blank = (text: string | undefined): string | undefined => (text?.trim() ? text.trim() : undefined)

const VariablesSchema = z.object({
  HF_ENDPOINT: z.string().optional().transform(blank),
  HF_TOKEN: z.string().optional().transform(blank),
  HF_HUB_CACHE: z.string().optional().transform(blank),
  HF_HOME: z.string().optional().transform(blank),
  HF_HUB_OFFLINE: z.string().optional().transform(blank),
})

export interface HubEnvironment {
  /** Without a trailing slash; may hold a path (mirrors below a prefix). */
  readonly endpoint: string
  readonly token: string | null
  /** Folder of the Hugging Face cache (`models--org--name` folders); it need not exist. */
  readonly cacheFolder: string
  readonly offline: boolean
}

/** @throws AppError when HF_ENDPOINT is not an http(s) address. */
export function readHubEnvironment(env: NodeJS.ProcessEnv = process.env): HubEnvironment {
  const variables = VariablesSchema.parse(env)
  const home = variables.HF_HOME ?? join(homedir(), '.cache', 'huggingface')
  return {
    endpoint: endpointOf(variables.HF_ENDPOINT ?? DEFAULT_ENDPOINT),
    token: variables.HF_TOKEN ?? null,
    cacheFolder: variables.HF_HUB_CACHE ?? join(home, 'hub'),
    offline: ['1', 'true', 'yes', 'on'].includes(variables.HF_HUB_OFFLINE?.toLowerCase() ?? ''),
  }
}

function endpointOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new AppError(
      'hub_invalid',
      `HF_ENDPOINT is "${given}", which is no address of a hub. Set it to one like ${DEFAULT_ENDPOINT}, or unset it.`,
    )
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}
