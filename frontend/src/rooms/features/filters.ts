// Filters of the feature browser as the URL holds them, and the query they become. Pure.
import { type FeatureListQuery, FeatureListQuerySchema, FeatureSortSchema } from '@mistudio/contracts'

export type Sort = FeatureListQuery['sort']
export interface Filters {
  sort: Sort
  order: 'asc' | 'desc'
  search: string
  minDensity: number | null
  maxDensity: number | null
  minActivation: number | null
  maxActivation: number | null
  starred: boolean
  labelled: boolean
  includeDead: boolean
}
const NUMBERS = ['minDensity', 'maxDensity', 'minActivation', 'maxActivation'] as const
const SWITCHES = ['starred', 'labelled', 'includeDead'] as const
const DEFAULTS = FeatureListQuerySchema.parse({})

/** What the server is asked; absent keys are no filters. */
export interface ListQuery {
  sort: Sort
  order: 'asc' | 'desc'
  search?: string
  minDensity?: number
  maxDensity?: number
  minActivation?: number
  maxActivation?: number
  starred?: string
  labelled?: string
  includeDead?: string
}

/** Reads the address; what does not fit the contract is left out. */
export const readFilters = (params: URLSearchParams): Filters => {
  const number = (key: (typeof NUMBERS)[number]): number | null => {
    const text = params.get(key)
    const parsed = FeatureListQuerySchema.shape[key].safeParse(text === null || text === '' ? undefined : text)
    return parsed.success ? (parsed.data ?? null) : null
  }
  const sort = FeatureSortSchema.safeParse(params.get('sort'))
  const order = params.get('order')
  return {
    sort: sort.success ? sort.data : DEFAULTS.sort,
    order: order === 'asc' || order === 'desc' ? order : DEFAULTS.order,
    search: (params.get('search') ?? '').slice(0, 200),
    minDensity: number('minDensity'),
    maxDensity: number('maxDensity'),
    minActivation: number('minActivation'),
    maxActivation: number('maxActivation'),
    starred: params.get('starred') === 'true',
    labelled: params.get('labelled') === 'true',
    includeDead: params.get('includeDead') === 'true',
  }
}

/** The address of filters: only what differs from the defaults. */
export const writeFilters = (filters: Filters): URLSearchParams => {
  const params = new URLSearchParams()
  if (filters.sort !== DEFAULTS.sort) params.set('sort', filters.sort)
  if (filters.order !== DEFAULTS.order) params.set('order', filters.order)
  if (filters.search) params.set('search', filters.search)
  for (const key of NUMBERS) if (filters[key] !== null) params.set(key, String(filters[key]))
  for (const key of SWITCHES) if (filters[key]) params.set(key, 'true')
  return params
}

export const toQuery = (filters: Filters): ListQuery => ({
  sort: filters.sort,
  order: filters.order,
  ...(filters.search ? { search: filters.search } : {}),
  ...Object.fromEntries(NUMBERS.flatMap((key) => (filters[key] === null ? [] : [[key, filters[key]]]))),
  ...Object.fromEntries(SWITCHES.flatMap((key) => (filters[key] ? [[key, 'true']] : []))),
})

/** Whether anything is filtered (order is no filter; showing dead ones widens). */
export const isFiltered = (filters: Filters): boolean =>
  filters.search !== '' || filters.starred || filters.labelled || NUMBERS.some((key) => filters[key] !== null)

export const clearFilters = (filters: Filters): Filters => ({
  ...readFilters(new URLSearchParams()),
  sort: filters.sort,
  order: filters.order,
})

/** Header click: the same column turns round, another starts with the largest (text and index with the smallest). */
export const sortBy = (filters: Filters, sort: Sort): Filters => ({
  ...filters,
  sort,
  order:
    filters.sort === sort
      ? filters.order === 'asc'
        ? 'desc'
        : 'asc'
      : sort === 'index' || sort === 'label'
        ? 'asc'
        : 'desc',
})
