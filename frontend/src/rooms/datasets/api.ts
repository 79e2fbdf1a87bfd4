// What the datasets room asks and changes, tokenizations included.
import { send, useRead } from '../../data/index.js'

export const useDataset = (id: string) => useRead('getDataset', { params: { id } })

export const DOCUMENT_PAGE = 20
export const useDocuments = (id: string, offset: number) =>
  useRead(
    'datasetDocuments',
    { params: { id }, query: { offset, limit: DOCUMENT_PAGE } },
    { keep: true, staleTime: Number.POSITIVE_INFINITY },
  )

export const SAMPLE_PAGE = 8
export const useSamples = (id: string, split: 'train' | 'held_out', offset: number) =>
  useRead(
    'tokenizationSamples',
    { params: { id }, query: { split, offset, limit: SAMPLE_PAGE } },
    { keep: true, staleTime: Number.POSITIVE_INFINITY },
  )

export const deleteDataset = (id: string) => send('deleteDataset', { params: { id } })
export const deleteTokenization = (id: string) => send('deleteTokenization', { params: { id } })
