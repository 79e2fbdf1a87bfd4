// hub.inspect: what a revision holds for miStudio, how much of it must be fetched, and whether it fits on the disk.
import { mkdir } from 'node:fs/promises'
import { type HubInspection } from '@mistudio/contracts'
import { freeAt } from '../files/index.js'
import { pipeline } from '../runner/context.js'
import { placesOf } from './snapshots/places.js'
import { planSnapshot } from './snapshots/plan.js'
import { outstanding } from './snapshots/snapshot.js'
import { withControl } from './transport/control.js'
import { BRISK } from './transport/retry.js'
import { cachePlaces, hubWorld } from './world.js'

export const inspectPipeline = pipeline('hub.inspect', {
  places: cachePlaces,
  run: (context) =>
    withControl(context, async (signal) => {
      const { repo, revision, ...asked } = context.job.params
      const world = await hubWorld(context, BRISK)
      const {
        commit,
        from,
        info,
        files: needed,
        otherFiles,
        model,
        problem,
        graph,
        variants,
      } = await planSnapshot(world, { repo, revision, ...asked }, signal)
      const places = placesOf(context.dataDir, repo, commit, graph)
      const found = await outstanding({ repo, files: needed, places, cacheFolder: world.cacheFolder })
      await mkdir(context.dataDir, { recursive: true })
      const result: HubInspection = {
        repo,
        revision,
        commit,
        from,
        otherFiles,
        model,
        problem,
        graph,
        variants: [...variants],
        licence: info.licence,
        gated: info.gated,
        private: info.private,
        page: `${world.access.endpoint}/${repo}`,
        files: found.map(({ file, source }) => ({ ...file, source })),
        bytes: needed.reduce((sum, { bytes }) => sum + bytes, 0),
        bytesToFetch: found.reduce((sum, { bytes }) => sum + bytes, 0),
        freeBytes: await freeAt(context.dataDir),
      }
      return { state: 'completed', result }
    }),
})
