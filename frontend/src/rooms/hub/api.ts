// What the hub room asks and starts.
import type { HubInspectionAnswer, HubSearchQuery, Precision } from '@mistudio/contracts'
import { send, useRead } from '../../data/index.js'

/** Search results; those of the words before stay while new ones are on their way. */
export const useHubSearch = (query: Pick<HubSearchQuery, 'query' | 'sort'>) =>
  useRead('searchHub', { query }, { keep: true, staleTime: 5 * 60_000 })

/** What a revision holds, for its safetensors or one of its graphs. Another graph's answer stays while a new one is on its way. */
export const useHubInspection = (repo: string, revision: string, graph: string | null) =>
  useRead(
    'inspectHub',
    { body: { repo, revision, graph } },
    {
      keep: (before) => (before?.repo === repo && before.revision === revision ? before : undefined),
      staleTime: 30_000,
    },
  )

/** Starts the download of a pinned commit and answers the model it becomes. */
export const startDownload = (
  { repo, commit, graph }: Pick<HubInspectionAnswer, 'repo' | 'commit' | 'graph'>,
  name: string,
  precision: Precision,
) => send('createHubDownload', { body: { repo, revision: commit, graph, name, precision } })
