// The list of models, as every room reads it.
import { useQuery } from '@tanstack/react-query'
import { api, hasActiveJob, keys, pollWhile } from '../live/index.js'

export const useModels = () =>
  useQuery({
    queryKey: keys.models,
    queryFn: ({ signal }) => api.listModels({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })
