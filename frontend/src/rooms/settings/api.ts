// Queries and changes of the settings room.
import type { Scope, Session } from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { leave } from '../../data/session.js'
import { api, keys, queryClient } from '../../live/index.js'

export const useApiKeys = () => useQuery({ queryKey: keys.apiKeys, queryFn: ({ signal }) => api.listKeys({ signal }) })

const refresh = () => queryClient.invalidateQueries({ queryKey: keys.apiKeys })
export const useCreateKey = () =>
  useMutation({
    mutationFn: (body: { name: string; scope: Scope }) => api.createKey({ body }),
    onSuccess: () => void refresh(),
  })
export const deleteKey = async (id: string): Promise<void> => {
  await api.deleteKey({ params: { id } })
  await Promise.all([refresh(), queryClient.invalidateQueries({ queryKey: keys.sessions })])
}

/** The caller's scope; null until it is known. */
export const useMay = (): Scope | null =>
  useQuery({ queryKey: keys.me, queryFn: ({ signal }) => api.me({ signal }) }).data?.scope ?? null

export const useSessions = () =>
  useQuery({ queryKey: keys.sessions, queryFn: ({ signal }) => api.listSessions({ signal }) })

export const endSession = async ({ id, current }: Session): Promise<void> => {
  await api.endSession({ params: { id } })
  if (current) leave()
  else await queryClient.invalidateQueries({ queryKey: keys.sessions })
}

/** Signs out everywhere, here too. */
export const endSessions = async (of: 'key' | 'all'): Promise<void> => {
  await api.endSessions({ query: { of } })
  leave()
}
