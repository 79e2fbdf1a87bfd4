// What every pipeline of this room needs: the environment, the token, and how to reach the hub.
import { AppError } from '@mistudio/contracts'
import type { JobContext } from '../runner/context.js'
import { readHubEnvironment } from './transport/environment.js'
import type { HubAccess } from './transport/http.js'
import type { Timing } from './transport/retry.js'
import { type ChosenToken, hubToken } from './transport/token.js'

export interface HubWorld {
  readonly access: HubAccess
  readonly tokenFrom: ChosenToken['from']
  readonly cacheFolder: string
  readonly offline: boolean
}

export async function hubWorld(
  { db, dataDir }: Pick<JobContext<unknown>, 'db' | 'dataDir'>,
  timing: Timing,
): Promise<HubWorld> {
  const { endpoint, token: environmentToken, cacheFolder, offline } = readHubEnvironment()
  const { token, from } = await hubToken(db, dataDir, environmentToken)
  return { access: { endpoint, token, timing }, tokenFrom: from, cacheFolder, offline }
}

/** What jobs that may take files from the Hugging Face cache read there. */
export const cachePlaces = (): readonly string[] => [readHubEnvironment().cacheFolder]

/** @throws AppError when HF_HUB_OFFLINE forbids to ask the hub */
export function requireOnline({ offline, access }: HubWorld): void {
  if (!offline) return
  throw new AppError(
    'hub_unreachable',
    `HF_HUB_OFFLINE is set, so ${access.endpoint} is not asked. Unset it and restart, or take a model that is already on this computer.`,
  )
}
