// Queries and changes of the SAE room.
import { API_PREFIX } from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, keys, queryClient } from '../live/index.js'

export const useSaes = () => useQuery({ queryKey: keys.saes, queryFn: ({ signal }) => api.listSaes({ signal }) })
export const useSae = (id: string) =>
  useQuery({ queryKey: keys.sae(id), queryFn: ({ signal }) => api.getSae({ params: { id }, signal }) })

export const useRenameSae = (id: string) =>
  useMutation({
    mutationFn: (name: string) => api.updateSae({ params: { id }, body: { name } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: keys.saes }),
  })

export const deleteSae = async (id: string): Promise<void> => {
  await api.deleteSae({ params: { id } })
  queryClient.removeQueries({ queryKey: keys.sae(id) })
  await Promise.all(
    ['saes', 'extractions', 'trainings'].map((room) => queryClient.invalidateQueries({ queryKey: [room] })),
  )
}

/** Address of a file of the SAE; the browser downloads it with the session's cookie. */
export const saeFileUrl = (id: string, file: string): string => `${API_PREFIX}/saes/${id}/files/${file}`
