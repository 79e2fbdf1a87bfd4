// Queries and changes of the steering room.
import type { CreateSteering } from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, hasActiveJob, keys, pollWhile, queryClient } from '../../live/index.js'

export const useSteerings = () =>
  useQuery({
    queryKey: keys.steerings,
    queryFn: ({ signal }) => api.listSteering({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

export const useSteering = (id: string | null) =>
  useQuery({
    queryKey: keys.steering(id ?? 'none'),
    queryFn: ({ signal }) => api.getSteering({ params: { id: id ?? '' }, signal }),
    enabled: id !== null,
    refetchInterval: pollWhile(hasActiveJob),
  })

const refreshList = () => queryClient.invalidateQueries({ queryKey: keys.steerings, exact: true })

export const useCreateSteering = () =>
  useMutation({
    mutationFn: (body: CreateSteering) => api.createSteering({ body }),
    onSuccess: (steering) => {
      queryClient.setQueryData(keys.steering(steering.id), steering)
      void refreshList()
    },
  })

/** Gives the experiment a name (saved) or takes it away (history). */
export const useNameSteering = () =>
  useMutation({
    mutationFn: ({ id, name, seen }: { id: string; name: string | null; seen: string }) =>
      api.updateSteering({ params: { id }, body: { name }, seen }),
    onSuccess: (steering) => {
      queryClient.setQueryData(keys.steering(steering.id), steering)
      void refreshList()
    },
  })

export const deleteSteering = async (id: string): Promise<void> => {
  await api.deleteSteering({ params: { id } })
  queryClient.removeQueries({ queryKey: keys.steering(id) })
  await refreshList()
}
