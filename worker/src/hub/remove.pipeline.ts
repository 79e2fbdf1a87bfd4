// hub.remove: deletes the files of a downloaded snapshot whose model was deleted.
import { readdir, rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from '../runner/context.js'
import { withLock } from './files/lock.js'
import { isModelAt } from './rows.js'
import { placesOf } from './snapshots/places.js'
import { withControl } from './transport/control.js'

export const removePipeline = pipeline('hub.remove', {
  run: (context) =>
    withControl(context, async (signal) => {
      const { repo, commit, graph } = context.job.params
      const { snapshot, partial } = placesOf(context.dataDir, repo, commit, graph)
      context.progress({ stage: 'removing', fraction: null })
      return withLock(context.db, snapshot, { signal }, async () => {
        // Asked for again in the meantime: the files belong to the new model.
        if (await isModelAt(context.db, snapshot)) return { state: 'completed', result: { kept: true } }
        await rm(snapshot, { recursive: true, force: true })
        await rm(partial, { recursive: true, force: true })
        const folder = dirname(snapshot)
        if ((await readdir(folder).catch(() => ['?'])).length === 0) await rmdir(folder)
        return { state: 'completed', result: { kept: false } }
      })
    }),
})
