// The choices of a list, kept in the address: `q`, `sort`, `page`, and `only.<filter>`.
import { useUrlParams } from '../ui/url-params.js'
import type { ListChoices } from './list-state.js'

const ONLY = 'only.'

export interface Choices extends ListChoices {
  setSearch(search: string): void
  setOrder(order: string | null): void
  setFilter(id: string, value: string | null): void
  setPage(page: number): void
  clear(): void
}

export function useChoices(): Choices {
  const [query, update] = useUrlParams()
  const filters = Object.fromEntries(
    [...query].flatMap(([name, value]) => (name.startsWith(ONLY) ? [[name.slice(ONLY.length), value]] : [])),
  )
  const set = (changes: Readonly<Record<string, string | null>>) =>
    update({ page: null, ...changes }, { replace: true })
  return {
    search: query.get('q') ?? '',
    order: query.get('sort'),
    filters,
    page: Math.max(0, Number.parseInt(query.get('page') ?? '1', 10) - 1 || 0),
    setSearch: (search) => set({ q: search || null }),
    setOrder: (order) => set({ sort: order }),
    setFilter: (id, value) => set({ [`${ONLY}${id}`]: value }),
    setPage: (page) => update({ page: page > 0 ? String(page + 1) : null }),
    clear: () => set({ q: null, ...Object.fromEntries(Object.keys(filters).map((id) => [`${ONLY}${id}`, null])) }),
  }
}
