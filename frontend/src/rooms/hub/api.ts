// Queries and changes of the hub room.
import type { HubInspectionAnswer, HubSearchQuery, Precision } from '@mistudio/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, keys, queryClient } from '../../live/index.js'

/** Search results; those of the words before stay while new ones are on their way. */
export const useHubSearch = (query: Pick<HubSearchQuery, 'query' | 'sort'>) =>
  useQuery({
    queryKey: keys.hub('search', query),
    queryFn: ({ signal }) => api.searchHub({ query, signal }),
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  })

/** What a revision holds, for its safetensors or one of its graphs. Another graph's answer stays while a new one is on its way. */
export const useHubInspection = (repo: string, revision: string, graph: string | null) =>
  useQuery({
    queryKey: keys.hub('inspect', { repo, revision, graph }),
    queryFn: ({ signal }) => api.inspectHub({ body: { repo, revision, graph }, signal }),
    placeholderData: (before) => (before?.repo === repo && before.revision === revision ? before : undefined),
    staleTime: 30_000,
  })

/** Starts the download of a pinned commit and answers the model it becomes. */
export const startDownload = async (
  { repo, commit, graph }: Pick<HubInspectionAnswer, 'repo' | 'commit' | 'graph'>,
  name: string,
  precision: Precision,
) => {
  const model = await api.createHubDownload({ body: { repo, revision: commit, graph, name, precision } })
  void queryClient.invalidateQueries({ queryKey: keys.models })
  void queryClient.invalidateQueries({ queryKey: ['hub', 'inspect'] })
  return model
}
