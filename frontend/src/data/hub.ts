// What is known of the hub without asking it, and its token.
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, keys, queryClient } from '../live/index.js'

export const useHubLocal = () =>
  useQuery({ queryKey: keys.hub('local'), queryFn: ({ signal }) => api.hubLocal({ signal }), staleTime: 60_000 })

export const useHubToken = () =>
  useQuery({ queryKey: keys.hub('token'), queryFn: ({ signal }) => api.getHubToken({ signal }) })

/** What was refused without the token may be there with it. */
const tokenChanged = () => queryClient.invalidateQueries({ queryKey: ['hub'] })

export const useSetHubToken = () =>
  useMutation({
    mutationFn: (token: string) => api.setHubToken({ body: { token } }),
    onSuccess: () => void tokenChanged(),
  })

export const deleteHubToken = async (): Promise<void> => {
  await api.deleteHubToken()
  await tokenChanged()
}
