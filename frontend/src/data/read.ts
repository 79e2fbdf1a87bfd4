// Reading: every route that answers a question, as a query. Key, function, polling and renewal follow from the route; a room names the
// route and what it asks, and no list is declared anywhere.
import type { ListAsked, Listed, ListedName, RestClient } from '@mistudio/client'
import { type JsonRouteName, LIST_LIMIT, type PageMeta, type Routes } from '@mistudio/contracts'
import {
  type QueryFunctionContext,
  queryOptions,
  type UseQueryOptions,
  type UseQueryResult,
  useQuery,
} from '@tanstack/react-query'
import { api, holdsActiveJob, keyOf, pageKey, pollWhile } from '../live/index.js'

/** Questions that carry a body, so that they are asked by POST. They change nothing. */
type Posed = 'estimateTraining' | 'inspectHub' | 'previewChat'
type ReadName =
  | Posed
  | { [N in JsonRouteName]: Routes[N] extends { readonly method: 'GET' } ? N : never }[JsonRouteName]
type Call<N extends JsonRouteName> = RestClient[N]
type Input<N extends JsonRouteName> = Omit<NonNullable<Parameters<Call<N>>[0]>, 'signal'>
export type Answer<N extends JsonRouteName> = Awaited<ReturnType<Call<N>>>

/** What is asked: parameters, query, body. null: nothing yet. */
type ReadInput<N extends ReadName> = Input<N> | null
type Rest<N extends ReadName, O> =
  Record<string, never> extends Input<N> ? [input?: ReadInput<N>, options?: O] : [input: ReadInput<N>, options?: O]

interface ReadOptions<A, T>
  extends Pick<UseQueryOptions<A, Error, T>, 'select' | 'staleTime' | 'gcTime' | 'retry' | 'refetchInterval'> {
  /** The answer to the question before stays until the new one is there. */
  readonly keep?: boolean | ((before: A | undefined) => A | undefined)
}

/** Name, function and renewal of one answer. */
export const read = <N extends ReadName>(name: N, ...[input]: Rest<N, never>) =>
  queryOptions<Answer<N>>({
    queryKey: keyOf(name, input ?? {}),
    queryFn: ({ signal }: QueryFunctionContext) => {
      const call = api[name] as (asked: object) => Promise<Answer<N>>
      return call({ ...input, signal })
    },
    refetchInterval: pollWhile(holdsActiveJob),
    meta: { route: name },
  })

/** `useRead('listModels')`, `useRead('getModel', { params: { id } })`, `useRead('getSteering', id ? { params: { id } } : null)`. */
export function useRead<N extends ReadName, T = Answer<N>>(
  name: N,
  ...[input, options = {}]: Rest<N, ReadOptions<Answer<N>, T>>
): UseQueryResult<T> {
  const { keep = false, ...others } = options
  const before = typeof keep === 'function' ? keep : keep ? (last: Answer<N> | undefined) => last : undefined
  return useQuery({
    ...(read(name, ...([input] as Rest<N, never>)) as object as UseQueryOptions<Answer<N>, Error, T>),
    ...others,
    enabled: input !== null,
    ...(before ? { placeholderData: before as never } : {}),
  })
}

interface ListPage<N extends ListedName> {
  readonly items: readonly Listed<N>[]
  readonly meta: PageMeta
}

/** One page of a list with how many there are in all; null asks nothing. The page before stays until the new one is there. */
export const usePage = <N extends ListedName>(
  name: N,
  query: ListAsked<N> | null,
): UseQueryResult<ListPage<N>> & { isPlaceholderData: boolean } =>
  useQuery<ListPage<N>>({
    queryKey: pageKey(name, query ?? {}),
    queryFn: ({ signal }) => api.page(name, { query: query as ListAsked<N>, signal }),
    refetchInterval: pollWhile(holdsActiveJob),
    placeholderData: (before) => before,
    enabled: query !== null,
    meta: { route: name },
  })

/** Everything that a list finds, page by page; nothing is kept. */
export async function askAll<N extends ListedName>(name: N, query: ListAsked<N>): Promise<readonly Listed<N>[]> {
  const all: Listed<N>[] = []
  for (;;) {
    const page: ListAsked<N> = { ...query, offset: all.length, limit: LIST_LIMIT }
    const { items, meta } = await api.page(name, { query: page })
    all.push(...items)
    if (items.length === 0 || all.length >= meta.total) return all
  }
}

/** Asks once, outside of what is on screen (an export, all numbers of a list); nothing is kept. */
export const ask = <N extends ReadName>(name: N, input: Input<N>): Promise<Answer<N>> =>
  (api[name] as (asked: object) => Promise<Answer<N>>)(input)
