// hub.local: what is known without asking the hub: endpoint, where the token comes from, free disk, models of the Hugging Face cache.
import { type HubLocal } from '@mistudio/contracts'
import { freeAt } from '../files/index.js'
import { pipeline } from '../runner/context.js'
import { cachedModels } from './snapshots/cache.js'
import { BRISK } from './transport/retry.js'
import { cachePlaces, hubWorld } from './world.js'

export const localPipeline = pipeline('hub.local', {
  places: cachePlaces,
  run: async (context) => {
    const { access, tokenFrom, cacheFolder, offline } = await hubWorld(context, BRISK)
    const result: HubLocal = {
      endpoint: access.endpoint,
      offline,
      token: tokenFrom,
      cacheFolder,
      freeBytes: await freeAt(context.dataDir),
      cached: await cachedModels(cacheFolder),
    }
    return { state: 'completed', result }
  },
})
