// Reading: every route that answers a question, as a query. Key, function, polling and renewal follow from the route; a room names the
// route and what it asks, and no list is declared anywhere.
import type { RestClient } from '@mistudio/client'
import type { JsonRouteName, Routes } from '@mistudio/contracts'
import {
  type QueryFunctionContext,
  queryOptions,
  type UseQueryOptions,
  type UseQueryResult,
  useQuery,
} from '@tanstack/react-query'
import { api, holdsActiveJob, keyOf, pollWhile } from '../live/index.js'

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

/** Asks once, outside of what is on screen (an export, all numbers of a list); nothing is kept. */
export const ask = <N extends ReadName>(name: N, input: Input<N>): Promise<Answer<N>> =>
  (api[name] as (asked: object) => Promise<Answer<N>>)(input)
