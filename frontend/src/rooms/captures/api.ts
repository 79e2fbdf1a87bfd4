// Queries and changes of captures, with what their form chooses from.
import { type CreateCapture, MOST_ASKED_PAIRS, type SitePair } from '@mistudio/contracts'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { api, hasActiveJob, keys, pollWhile, queryClient } from '../../live/index.js'

export const useCaptures = () =>
  useQuery({
    queryKey: keys.captures,
    queryFn: ({ signal }) => api.listCaptures({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

export const useCapture = (id: string) =>
  useQuery({
    queryKey: keys.capture(id),
    queryFn: ({ signal }) => api.getCapture({ params: { id }, signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

/** Answered by the worker in some seconds; asked once, since finished captures never change. */
export const useComparison = (a: string, b: string) =>
  useQuery({
    queryKey: keys.comparison(a, b),
    queryFn: ({ signal }) => api.compareCaptures({ params: { id: a }, query: { with: b }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })

/**
 * Pairs of sites of one capture, some per question, so that other questions come in between; further ones with `fetchNextPage`.
 * Nothing is asked while `pairs` is empty.
 */
export const useOwnPairs = (id: string, pairs: readonly SitePair[]) =>
  useInfiniteQuery({
    queryKey: keys.comparison(id, JSON.stringify(pairs)),
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
  })

export const useModels = () => useQuery({ queryKey: keys.models, queryFn: ({ signal }) => api.listModels({ signal }) })
export const useTokenizations = () =>
  useQuery({ queryKey: keys.tokenizations(), queryFn: ({ signal }) => api.listTokenizations({ signal }) })

export const useCreateCapture = () =>
  useMutation({
    mutationFn: (body: CreateCapture) => api.createCapture({ body }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.captures }),
  })

export const deleteCapture = async (id: string): Promise<void> => {
  await api.deleteCapture({ params: { id } })
  queryClient.removeQueries({ queryKey: keys.capture(id) })
  await queryClient.invalidateQueries({ queryKey: keys.captures })
}

export const captureFileUrl = (id: string, name: string): string => api.urls.captureFile({ params: { id, name } })
