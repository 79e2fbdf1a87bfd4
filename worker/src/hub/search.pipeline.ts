// hub.search: models of the hub that fit some words.
import { type HubSearchResult } from '@mistudio/contracts'
import { pipeline } from '../runner/context.js'
import { searchModels } from './api.js'
import { withControl } from './transport/control.js'
import { BRISK } from './transport/retry.js'
import { hubWorld, requireOnline } from './world.js'

export const searchPipeline = pipeline('hub.search', {
  run: (context) =>
    withControl(context, async (signal) => {
      const world = await hubWorld(context, BRISK)
      requireOnline(world)
      const models = await searchModels(world.access, context.job.params, signal)
      return { state: 'completed', result: { endpoint: world.access.endpoint, models } satisfies HubSearchResult }
    }),
})
