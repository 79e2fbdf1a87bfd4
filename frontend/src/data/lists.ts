// The lists that several rooms read, in the words in which they are asked for.
import type { ListAsked, ListedName } from '@mistudio/client'
import { usePage, useRead } from './read.js'

/** How many a list has in all, and the values that it can be filtered by. */
export const useOverview = <N extends ListedName>(name: N, within?: ListAsked<N>) =>
  usePage(name, { ...within, facets: 'true', limit: 1 } as ListAsked<N>)

export const useModels = () => useRead('listModels')
export const useReadyModels = () => useRead('listModels', { query: { ready: 'true' } })
/** Of a model, of a dataset, or all; null asks nothing. */
export const useTokenizations = (of: { modelId?: string; datasetId?: string } | null = {}) =>
  useRead('listTokenizations', of && { query: of })
export const useTrainings = () => useRead('listTrainings')
export const useExtractions = (saeId?: string) => useRead('listExtractions', saeId ? { query: { saeId } } : {})
export const useExtraction = (id: string) => useRead('getExtraction', id ? { params: { id } } : null)
export const useCaptures = () => useRead('listCaptures')
export const useSettings = () => useRead('getSettings')
export const useFolderUploads = () => useRead('listFolderUploads')
export const useHubLocal = () => useRead('hubLocal', {}, { staleTime: 60_000 })
/** The caller; its scope says what it may do. */
export const useMe = () => useRead('me')

const FEATURE_MS = 60_000
export const useFeature = (extractionId: string, index: number) =>
  useRead(
    'getFeature',
    Number.isInteger(index) && extractionId !== '' ? { params: { id: extractionId, index } } : null,
    { staleTime: FEATURE_MS },
  )

/** A short list, for choosing features. */
export const useFeatureSearch = (extractionId: string, search: string, limit = 20) =>
  useRead(
    'listFeatures',
    extractionId === ''
      ? null
      : { params: { id: extractionId }, query: { sort: 'max', order: 'desc', search: search || undefined, limit } },
    { keep: true },
  )
