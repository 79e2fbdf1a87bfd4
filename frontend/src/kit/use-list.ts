// The rows of a list that are on screen: one page of the server's answer to the choices in the address.
import type { ListAsked, Listed, ListedName } from '@mistudio/client'
import { useEffect } from 'react'
import { askAll, useOverview, usePage } from '../data/index.js'
import { askedOf, type ListRules, lastPage, type OfferedFilter, offeredFilters, PAGE_ROWS } from './list-state.js'
import type { Loadable } from './loaded.js'
import { type Choices, useChoices } from './use-choices.js'

export interface ListView<N extends ListedName> {
  /** How many there are before anything is searched or filtered. */
  readonly overview: Loadable<{ readonly meta: { readonly total: number } }>
  /** The rows of this page, and how many were found in all. */
  readonly shown: Loadable<{ readonly rows: readonly Listed<N>[]; readonly found: number }>
  /** What is shown answers an earlier choice; the new answer is on its way. */
  readonly waiting: boolean
  readonly filters: readonly OfferedFilter[]
  readonly choices: Choices
  /** All that was found, not only this page. */
  everything(): Promise<readonly Listed<N>[]>
}

/** @param within holds of every row, beside what is chosen */
export function useList<N extends ListedName>(name: N, rules: ListRules, within?: ListAsked<N>): ListView<N> {
  const choices = useChoices()
  const overview = useOverview(name, within)
  const asked = { ...within, ...askedOf(rules, choices) }
  const query = { ...asked, offset: choices.page * PAGE_ROWS, limit: PAGE_ROWS } as ListAsked<N>
  const { data, error, refetch, isPlaceholderData } = usePage(name, query)
  const last = data && !isPlaceholderData ? lastPage(data.meta.total) : null
  useEffect(() => {
    // Rows went away, or somebody typed the page: show the last one that there is.
    if (last !== null && choices.page > last) choices.setPage(last)
  })
  const again = () => Promise.all([overview.refetch(), refetch()])
  return {
    overview: { data: overview.data, error: overview.error, refetch: again },
    shown: { data: data && { rows: data.items, found: data.meta.total }, error, refetch },
    waiting: isPlaceholderData,
    filters: offeredFilters(rules, overview.data?.meta.facets ?? {}, choices.filters),
    choices,
    everything: () => askAll(name, asked as ListAsked<N>),
  }
}
