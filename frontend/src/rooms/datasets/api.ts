// Queries and changes of the datasets room, tokenizations included.
import type { CreateDataset, CreateTokenization, PreviewDataset } from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, hasActiveJob, keys, pollWhile, queryClient } from '../../live/index.js'

export const useDatasets = () =>
  useQuery({
    queryKey: keys.datasets,
    queryFn: ({ signal }) => api.listDatasets({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

export const useDataset = (id: string) =>
  useQuery({
    queryKey: keys.dataset(id),
    queryFn: ({ signal }) => api.getDataset({ params: { id }, signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

export const DOCUMENT_PAGE = 20
export const useDocuments = (id: string, offset: number) =>
  useQuery({
    queryKey: keys.documents(id, offset),
    queryFn: ({ signal }) => api.datasetDocuments({ params: { id }, query: { offset, limit: DOCUMENT_PAGE }, signal }),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useTokenizations = (datasetId: string) =>
  useQuery({
    queryKey: keys.tokenizations({ datasetId }),
    queryFn: ({ signal }) => api.listTokenizations({ query: { datasetId }, signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

export const SAMPLE_PAGE = 8
export const useSamples = (id: string, split: 'train' | 'held_out', offset: number) =>
  useQuery({
    queryKey: [...keys.tokenization(id), 'samples', split, offset],
    queryFn: ({ signal }) =>
      api.tokenizationSamples({ params: { id }, query: { split, offset, limit: SAMPLE_PAGE }, signal }),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const usePreview = () => useMutation({ mutationFn: (body: PreviewDataset) => api.previewDataset({ body }) })

export const useCreateDataset = () =>
  useMutation({
    mutationFn: (body: CreateDataset) => api.createDataset({ body }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: keys.datasets, exact: true }),
  })

export const useCreateTokenization = (datasetId: string) =>
  useMutation({
    mutationFn: (body: CreateTokenization) => api.createTokenization({ params: { id: datasetId }, body }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['tokenizations'] }),
  })

export const deleteDataset = async (id: string): Promise<void> => {
  await api.deleteDataset({ params: { id } })
  queryClient.removeQueries({ queryKey: keys.dataset(id) })
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: keys.datasets, exact: true }),
    queryClient.invalidateQueries({ queryKey: ['tokenizations'] }),
  ])
}

export const deleteTokenization = async (id: string): Promise<void> => {
  await api.deleteTokenization({ params: { id } })
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['tokenizations'] }),
    queryClient.invalidateQueries({ queryKey: keys.datasets }),
  ])
}
