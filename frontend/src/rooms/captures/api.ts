// What the captures room asks and changes.
import { MOST_ASKED_PAIRS, type SitePair } from '@mistudio/contracts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { send, useRead } from '../../data/index.js'
import { api, keyOf } from '../../live/index.js'

export const useCapture = (id: string) => useRead('getCapture', { params: { id } })

/** Answered by the worker in some seconds; asked once, since finished captures never change. */
export const useComparison = (a: string, b: string) =>
  useRead(
    'compareCaptures',
    { params: { id: a }, query: { with: b } },
    { staleTime: Number.POSITIVE_INFINITY, retry: false },
  )

/**
 * Pairs of sites of one capture, some per question, so that other questions come in between; further ones with `fetchNextPage`.
 * Nothing is asked while `pairs` is empty.
 */
export const useOwnPairs = (id: string, pairs: readonly SitePair[]) =>
  useInfiniteQuery({
    queryKey: keyOf('compareCaptures', { params: { id }, query: { pairs: JSON.stringify(pairs) } }),
    queryFn: ({ pageParam, signal }) => {
      const asked = pairs.slice(pageParam, pageParam + MOST_ASKED_PAIRS)
      return api.compareCaptures({ params: { id }, query: { with: id, pairs: JSON.stringify(asked) }, signal })
    },
    initialPageParam: 0,
    getNextPageParam: (_last, answers) => {
      const done = answers.length * MOST_ASKED_PAIRS
      return done < pairs.length ? done : undefined
    },
    enabled: pairs.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    meta: { route: 'compareCaptures' },
  })

export const deleteCapture = (id: string) => send('deleteCapture', { params: { id } })

export const captureFileUrl = (id: string, name: string): string => api.urls.captureFile({ params: { id, name } })
