// sae.hub: the SAE folders of a repository, so that one can be chosen before anything is fetched.
import { HUB_SAES_SHOWN, type HubSaes, saeFileKind } from '@mistudio/contracts'
import { BRISK, hubWorld, withControl } from '../hub/index.js'
import { pipeline } from '../runner/context.js'
import { listRepoSaes } from './hub-source.js'

export const hubSaesPipeline = pipeline('sae.hub', {
  run: (context) =>
    withControl(context, async (signal) => {
      const { repo, revision, search } = context.job.params
      const { commit, saes, files } = await listRepoSaes(await hubWorld(context, BRISK), repo, revision, signal)
      const words = search.toLowerCase().split(/\s+/).filter(Boolean)
      const found = saes.filter(({ path }) => words.every((word) => path.toLowerCase().includes(word)))
      const result: HubSaes = {
        repo,
        revision,
        commit,
        total: saes.length,
        found: found.length,
        folders: found.slice(0, HUB_SAES_SHOWN).map(({ path, layout, bytes }) => ({ path, layout, bytes })),
        pickles: files.filter(({ path }) => saeFileKind(path) === 'pickle').length,
      }
      return { state: 'completed', result }
    }),
})
