// Settings, as every room reads and changes them.
import type { SettingsValues } from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, keys, queryClient } from '../live/index.js'
import { conflictOf } from '../ui/index.js'

export const useSettings = () =>
  useQuery({ queryKey: keys.settings, queryFn: ({ signal }) => api.getSettings({ signal }) })

export const useUpdateSettings = () =>
  useMutation({
    mutationFn: ({ seen, ...body }: Partial<SettingsValues> & { seen?: string }) =>
      api.updateSettings({ body, ...(seen === undefined ? {} : { seen }) }),
    // Somebody else's settings are shown beside the refusal.
    onError: (error) => conflictOf(error) && void queryClient.invalidateQueries({ queryKey: keys.settings }),
    onSuccess: (settings) => {
      queryClient.setQueryData(keys.settings, settings)
      void queryClient.invalidateQueries({ queryKey: ['files'] })
    },
  })
