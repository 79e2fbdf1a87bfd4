// Queries and changes of the SAE room.
import {
  type CheckSae,
  type CreateSae,
  type HubSaesQuery,
  type Job,
  type PublishSae,
  type SaeExportLayout,
  type SaeSource,
} from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, applyJob, hasActiveJob, keys, pollWhile, queryClient } from '../../live/index.js'
import { type NameEdit } from '../../ui/index.js'

export const useSaes = () =>
  useQuery({
    queryKey: keys.saes,
    queryFn: ({ signal }) => api.listSaes({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })
export const useSae = (id: string) =>
  useQuery({
    queryKey: keys.sae(id),
    queryFn: ({ signal }) => api.getSae({ params: { id }, signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

const refresh = () => queryClient.invalidateQueries({ queryKey: keys.saes })

export const useModels = () => useQuery({ queryKey: keys.models, queryFn: ({ signal }) => api.listModels({ signal }) })

/** Tokenizations of a model, for the text of a check. */
export const useTokenizations = (modelId: string | null) =>
  useQuery({
    queryKey: keys.tokenizations(modelId ? { modelId } : {}),
    queryFn: ({ signal }) => api.listTokenizations({ query: modelId ? { modelId } : {}, signal }),
    enabled: modelId !== null,
  })

export const useInspectSae = () =>
  useMutation({ mutationFn: (source: SaeSource) => api.inspectSae({ body: { source } }) })

/** SAE folders of a repository; asked of the hub through the worker. */
export const useHubSaes = (query: HubSaesQuery | null) =>
  useQuery({
    queryKey: keys.hub('saes', query),
    queryFn: ({ signal }) => api.hubSaes({ query: query ?? { repo: '', revision: 'main', search: '' }, signal }),
    enabled: query !== null,
    retry: false,
    placeholderData: (before) => before,
  })

export const useCreateSae = () =>
  useMutation({ mutationFn: (body: CreateSae) => api.createSae({ body }), onSuccess: () => void refresh() })

export const useRenameSae = (id: string) =>
  useMutation({
    mutationFn: ({ name, seen }: NameEdit) => api.updateSae({ params: { id }, body: { name }, seen }),
    onSettled: () => void refresh(),
  })

const started = (job: Job): void => {
  applyJob(job)
  void refresh()
}

export const useCheckSae = (id: string) =>
  useMutation({ mutationFn: (body: CheckSae) => api.checkSae({ params: { id }, body }), onSuccess: started })

/** Layouts and archives. `at`: when the newest job ended, so that a new archive is seen by itself. */
export const useSaeExports = (id: string, at: string) =>
  useQuery({
    queryKey: keys.saeExports(id, at),
    queryFn: ({ signal }) => api.listSaeExports({ params: { id }, signal }),
    placeholderData: (before) => before,
  })

export const useExportSae = (id: string) =>
  useMutation({
    mutationFn: (layout: SaeExportLayout) => api.exportSae({ params: { id }, body: { layout } }),
    onSuccess: started,
  })

export const useSaeCard = (id: string) =>
  useQuery({ queryKey: keys.saeCard(id), queryFn: ({ signal }) => api.saeCard({ params: { id }, signal }), gcTime: 0 })

export const usePublishSae = (id: string) =>
  useMutation({ mutationFn: (body: PublishSae) => api.publishSae({ params: { id }, body }), onSuccess: started })

export const useHubToken = () =>
  useQuery({ queryKey: keys.hub('local'), queryFn: ({ signal }) => api.hubLocal({ signal }), retry: false })

export const deleteSae = async (id: string): Promise<void> => {
  await api.deleteSae({ params: { id } })
  queryClient.removeQueries({ queryKey: keys.sae(id) })
  await Promise.all(
    ['saes', 'extractions', 'trainings'].map((room) => queryClient.invalidateQueries({ queryKey: [room] })),
  )
}

/** Address of a file of the SAE; the browser downloads it with the session's cookie. */
export const saeFileUrl = (id: string, file: string): string => api.urls.saeFile({ params: { id, name: file } })
/** Address of an archive. */
export const saeArchiveUrl = (id: string, layout: SaeExportLayout): string =>
  api.urls.saeExportFile({ params: { id, layout } })
