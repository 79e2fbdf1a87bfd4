// Queries and changes of the feature room. Lists are read in pages of fixed size, so that scrolling asks each page once.
import { useMutation, useQueries, useQuery } from '@tanstack/react-query'
import { ask, read, send, useRead } from '../../data/index.js'
import { keyOf, queryClient } from '../../live/index.js'
import { conflictOf } from '../../ui/index.js'
import type { ListQuery } from './filters.js'
import type { AnnotateFeature, AnnotateFeatures, Feature, FeatureRow, ProbeFeature } from './types.js'

export const PAGE_ROWS = 100

interface FeaturePage {
  items: FeatureRow[]
  meta: { total: number; offset: number; limit: number }
}

const pageQuery = (extractionId: string, query: ListQuery, page: number) =>
  Object.assign(
    read('listFeatures', {
      params: { id: extractionId },
      query: { ...query, offset: page * PAGE_ROWS, limit: PAGE_ROWS },
    }),
    { staleTime: 60_000 },
  )

/** Pages of the list by number, as far as they have come. */
export const useFeaturePages = (extractionId: string, query: ListQuery, pages: readonly number[]) =>
  useQueries({ queries: pages.map((page) => pageQuery(extractionId, query, page)) })

/** First page: tells the total. */
export const useFirstPage = (extractionId: string, query: ListQuery) => useQuery(pageQuery(extractionId, query, 0))

const isPage = (value: unknown): value is FeaturePage =>
  typeof value === 'object' && value !== null && 'items' in value && 'meta' in value

/** Label, notes, star. Every list and page that shows the feature is renewed with the answer. */
export const useAnnotate = (extractionId: string, saeId: string) =>
  useMutation({
    mutationFn: ({ index, change, seen }: { index: number; change: AnnotateFeature; seen?: string }) =>
      send('annotateFeature', { params: { id: saeId, index }, body: change, ...(seen === undefined ? {} : { seen }) }),
    onError: (error, { index }) => {
      if (conflictOf(error))
        void queryClient.invalidateQueries({ queryKey: keyOf('getFeature', { params: { id: extractionId, index } }) })
    },
    onSuccess: (annotation) => {
      const { index, label, starred, notes, version } = annotation
      queryClient.setQueryData<Feature>(
        keyOf('getFeature', { params: { id: extractionId, index } }),
        (held) => held && { ...held, label, starred, notes, version },
      )
      queryClient.setQueriesData(
        { queryKey: keyOf('listFeatures', { params: { id: extractionId } }) },
        (held: unknown) =>
          isPage(held)
            ? { ...held, items: held.items.map((row) => (row.index === index ? { ...row, label, starred } : row)) }
            : held,
      )
    },
  })

/** A text through the model and the SAE: own text, or more of the text around an example. */
export const useProbe = (extractionId: string) =>
  useMutation({
    mutationFn: ({ index, asked }: { index: number; asked: ProbeFeature }) =>
      send('probeFeature', { params: { id: extractionId, index }, body: asked }),
  })

export const useDensities = (extractionId: string) =>
  useRead('densityHistogram', { params: { id: extractionId } }, { staleTime: Number.POSITIVE_INFINITY })

/** Numbers of all features that fit. */
export const allIndices = async (extractionId: string, query: ListQuery): Promise<number[]> =>
  (await ask('listFeatureIndices', { params: { id: extractionId }, query })).indices

/** Star and label of many features; every list of them is read again. */
export const useAnnotateMany = (extractionId: string, saeId: string) =>
  useMutation({
    mutationFn: (body: AnnotateFeatures) => send('annotateFeatures', { params: { id: saeId }, body }),
    // Lists of features are still answers for every other change.
    onSuccess: () =>
      queryClient.invalidateQueries({ queryKey: keyOf('listFeatures', { params: { id: extractionId } }) }),
  })

/** Rows of features by number, in the order of the list, some hundreds at a time. */
export async function rowsOf(
  extractionId: string,
  indices: readonly number[],
  query: ListQuery,
): Promise<FeatureRow[]> {
  const rows: FeatureRow[] = []
  for (let at = 0; at < indices.length; at += EXPORT_ROWS) {
    const part = indices.slice(at, at + EXPORT_ROWS)
    const page = await ask('listFeatures', {
      params: { id: extractionId },
      query: { sort: query.sort, order: query.order, includeDead: 'true', indices: part.join(','), limit: EXPORT_ROWS },
    })
    rows.push(...page.items)
  }
  return rows
}
const EXPORT_ROWS = 500
