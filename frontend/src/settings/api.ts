// Queries and changes of the settings room.
import type { Scope, Settings } from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, keys, queryClient } from '../live/index.js'

export const useSettings = () =>
  useQuery({ queryKey: keys.settings, queryFn: ({ signal }) => api.getSettings({ signal }) })

export const useUpdateSettings = () =>
  useMutation({
    mutationFn: (body: Partial<Settings>) => api.updateSettings({ body }),
    onSuccess: (settings) => {
      queryClient.setQueryData(keys.settings, settings)
      void queryClient.invalidateQueries({ queryKey: ['files'] })
    },
  })

export const useApiKeys = () => useQuery({ queryKey: keys.apiKeys, queryFn: ({ signal }) => api.listKeys({ signal }) })

const refresh = () => queryClient.invalidateQueries({ queryKey: keys.apiKeys })
export const useCreateKey = () =>
  useMutation({
    mutationFn: (body: { name: string; scope: Scope }) => api.createKey({ body }),
    onSuccess: () => void refresh(),
  })
export const deleteKey = async (id: string): Promise<void> => {
  await api.deleteKey({ params: { id } })
  await refresh()
}
