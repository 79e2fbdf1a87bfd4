// Queries and changes of extractions, with what their form chooses from.
import type { CreateExtraction } from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, hasActiveJob, keys, pollWhile, queryClient } from '../../live/index.js'

export const useExtractions = (saeId?: string) =>
  useQuery({
    queryKey: keys.extractions(saeId ? { saeId } : {}),
    queryFn: ({ signal }) => api.listExtractions({ query: saeId ? { saeId } : {}, signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

export const useExtraction = (id: string) =>
  useQuery({
    queryKey: keys.extraction(id),
    queryFn: ({ signal }) => api.getExtraction({ params: { id }, signal }),
    enabled: id !== '',
    refetchInterval: pollWhile(hasActiveJob),
  })

/** SAEs that an extraction can read: ready ones of one site. */
export const useAllSaes = () =>
  useQuery({
    queryKey: keys.saes,
    queryFn: ({ signal }) => api.listSaes({ signal }),
    select: (saes) => saes.filter(({ status, sites }) => status === 'ready' && sites.length === 1),
  })

export const useAllTokenizations = () =>
  useQuery({ queryKey: keys.tokenizations(), queryFn: ({ signal }) => api.listTokenizations({ signal }) })

/** They say what an SAE was trained on. */
export const useAllTrainings = () =>
  useQuery({ queryKey: keys.trainings, queryFn: ({ signal }) => api.listTrainings({ signal }) })

export const useCreateExtraction = () =>
  useMutation({
    mutationFn: (body: CreateExtraction) => api.createExtraction({ body }),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ['extractions'] }),
        queryClient.invalidateQueries({ queryKey: keys.saes }),
      ]),
  })

export const deleteExtraction = async (id: string): Promise<void> => {
  await api.deleteExtraction({ params: { id } })
  queryClient.removeQueries({ queryKey: keys.extraction(id) })
  queryClient.removeQueries({ queryKey: ['features', id] })
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['extractions'] }),
    queryClient.invalidateQueries({ queryKey: keys.saes }),
  ])
}
