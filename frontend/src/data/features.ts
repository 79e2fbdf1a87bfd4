// One feature, and a short list to choose from.
import { useQuery } from '@tanstack/react-query'
import { api, keys } from '../live/index.js'

/** A short list, for choosing features. */
export const useFeatureSearch = (extractionId: string, search: string, limit = 20) => {
  const query = { sort: 'max' as const, order: 'desc' as const, search: search || undefined, limit }
  return useQuery({
    queryKey: keys.features(extractionId, query),
    queryFn: ({ signal }) => api.listFeatures({ params: { id: extractionId }, query, signal }),
    enabled: extractionId !== '',
    placeholderData: (before) => before,
  })
}

export const useFeature = (extractionId: string, index: number) =>
  useQuery({
    queryKey: keys.feature(extractionId, index),
    queryFn: ({ signal }) => api.getFeature({ params: { id: extractionId, index }, signal }),
    enabled: Number.isInteger(index) && extractionId !== '',
    staleTime: 60_000,
  })
