// What a list shows of its rows: found, filtered, ordered, one page of them. Pure.

export interface ListOrder<T> {
  readonly id: string
  readonly label: string
  compare(a: T, b: T): number
}
export interface ListFilter<T> {
  readonly id: string
  readonly label: string
  /** The value by which rows are told apart, and how it is called. */
  of(row: T): { readonly value: string; readonly label: string }
}
export interface ListChoices {
  readonly search: string
  readonly order: string | null
  /** Filter id to the value that must hold. */
  readonly filters: Readonly<Record<string, string>>
  readonly page: number
}
export interface ListRules<T> {
  /** All of a row that its search looks at. */
  words(row: T): string
  readonly orders: readonly [ListOrder<T>, ...ListOrder<T>[]]
  readonly filters?: readonly ListFilter<T>[]
}
interface Shown<T> {
  readonly rows: readonly T[]
  readonly found: readonly T[]
  readonly page: number
  readonly order: ListOrder<T>
}

export const PAGE_ROWS = 50

/** Every word must be found, in any order. */
const fits = (text: string, search: string): boolean => {
  const held = text.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => held.includes(word))
}

export const shownRows = <T>(all: readonly T[], rules: ListRules<T>, choices: ListChoices): Shown<T> => {
  const asked = (rules.filters ?? []).filter(({ id }) => choices.filters[id] !== undefined)
  const found = all.filter(
    (row) =>
      fits(rules.words(row), choices.search) && asked.every(({ id, of }) => of(row).value === choices.filters[id]),
  )
  const order = rules.orders.find(({ id }) => id === choices.order) ?? rules.orders[0]
  const ordered = [...found].sort(order.compare)
  const pages = Math.max(1, Math.ceil(ordered.length / PAGE_ROWS))
  const page = Math.min(Math.max(0, choices.page), pages - 1)
  return { rows: ordered.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS), found: ordered, page, order }
}

/** Values of a filter among rows, in the order of their labels; one value alone is no choice. */
export const filterValues = <T>(all: readonly T[], filter: ListFilter<T>): { value: string; label: string }[] => {
  const values = new Map(all.map((row) => [filter.of(row).value, filter.of(row).label]))
  return [...values]
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }))
}

const byText =
  <T>(of: (row: T) => string) =>
  (a: T, b: T): number =>
    of(a).localeCompare(of(b), 'en', { numeric: true })

/** Orders that every list has: newest first, oldest first, by name. */
export const newestFirst = <T extends { readonly createdAt: string }>(): ListOrder<T> => ({
  id: 'newest',
  label: 'Newest first',
  compare: (a, b) => b.createdAt.localeCompare(a.createdAt),
})
export const oldestFirst = <T extends { readonly createdAt: string }>(): ListOrder<T> => ({
  id: 'oldest',
  label: 'Oldest first',
  compare: (a, b) => a.createdAt.localeCompare(b.createdAt),
})
export const byName = <T>(of: (row: T) => string): ListOrder<T> => ({
  id: 'name',
  label: 'By name',
  compare: byText(of),
})
/** Work under way first, then another order. */
export const workFirst = <T>(busy: (row: T) => boolean, then: ListOrder<T>): ListOrder<T> => ({
  ...then,
  compare: (a, b) => Number(busy(b)) - Number(busy(a)) || then.compare(a, b),
})
