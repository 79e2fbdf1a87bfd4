// What a list asks of the server, and what it offers to choose from: orders and filters as values. Pure.
import type { Facets } from '@mistudio/contracts'

interface Value {
  readonly value: string
  readonly label: string
}
export interface ListOrder<S = string> {
  readonly id: string
  readonly label: string
  /** As the list's query names it. */
  readonly sort: S
}
interface ListFilter<F = string> {
  /** Its name in the list's query. */
  readonly id: F
  readonly label: string
  /** All that it can be, in order; without them the server says which values there are. */
  readonly values?: readonly Value[]
  /** How a value that the server named is called. */
  readonly say?: (value: string) => string
  /** A row may have none: one value alone is a choice. */
  readonly optional?: true
}
/** @template S orders, @template F filters that the list's query has */
export interface ListRules<S = string, F = string> {
  readonly orders: readonly [ListOrder<S>, ...ListOrder<S>[]]
  readonly filters?: readonly ListFilter<F>[]
}
/** As the address has them. */
export interface ListChoices {
  readonly search: string
  readonly order: string | null
  /** Filter id to the value that must hold. */
  readonly filters: Readonly<Record<string, string>>
  readonly page: number
}

export const PAGE_ROWS = 50

export const orderOf = ({ orders }: ListRules, { order }: Pick<ListChoices, 'order'>): ListOrder =>
  orders.find(({ id }) => id === order) ?? orders[0]

/** The words, order and filters of the address as the list's query. What no filter of the list could have chosen is left out. */
export const askedOf = (rules: ListRules, choices: ListChoices): Record<string, string> => {
  const chosen = (rules.filters ?? []).flatMap(({ id, values }) => {
    const value = choices.filters[id]
    return value !== undefined && (!values || values.some((one) => one.value === value)) ? [[id, value] as const] : []
  })
  const search = choices.search.trim()
  return Object.fromEntries([
    ['sort', orderOf(rules, choices).sort],
    ...(search ? [['search', search]] : []),
    ...chosen,
  ])
}

export interface OfferedFilter {
  readonly id: string
  readonly label: string
  readonly values: readonly Value[]
}

/** Filters with their values. One value alone is no choice; one that was chosen is offered even when no row has it any more. */
export const offeredFilters = (
  { filters = [] }: ListRules,
  facets: Facets,
  chosen: ListChoices['filters'],
): OfferedFilter[] =>
  filters.flatMap(({ id, label, values, say = (value) => value, optional }) => {
    const named = (value: string) => ({ value, label: say(value) })
    const there = (facets[id] ?? []).map(({ value }) => named(value))
    const lost = chosen[id] !== undefined && !there.some(({ value }) => value === chosen[id]) ? [named(chosen[id])] : []
    const known = values ?? [...there, ...lost].sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }))
    return known.length > (optional ? 0 : 1) || chosen[id] !== undefined ? [{ id, label, values: known }] : []
  })

/** The page that is shown when fewer rows are left than the address hopes for. */
export const lastPage = (found: number): number => Math.max(0, Math.ceil(found / PAGE_ROWS) - 1)

// Orders that lists have.
export const newestFirst = { id: 'newest', label: 'Newest first', sort: '-createdAt' } as const
export const oldestFirst = { id: 'oldest', label: 'Oldest first', sort: 'createdAt' } as const
/** By what people tagged. */
export const byTag = { id: 'tag', label: 'Tag', optional: true } as const
export const byName = { id: 'name', label: 'By name', sort: 'name' } as const
/** What is being worked on, then what is new. */
export const workFirst = { id: 'newest', label: 'Newest first', sort: '-work' } as const
