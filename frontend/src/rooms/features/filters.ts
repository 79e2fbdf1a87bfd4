// Filters of the feature browser as the URL holds them, and the query they become. Pure.
import { type FeatureListQuery, FeatureListQuerySchema } from '@mistudio/contracts'
import type { AskedOf, PlaceChanges, Places } from '../../places/index.js'

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
  /** Only these features, by number; null: all. */
  indices: readonly number[] | null
  /** Only those of this saved list. */
  list: string | null
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
  indices?: string
  list?: string
}

/** Reads the address; what does not fit the contract is left out. */
export const readFilters = (asked: Partial<AskedOf<Places['features']>>): Filters => {
  const number = (key: (typeof NUMBERS)[number]): number | null =>
    FeatureListQuerySchema.shape[key].safeParse(asked[key]).data ?? null
  return {
    sort: asked.sort ?? DEFAULTS.sort,
    order: asked.order ?? DEFAULTS.order,
    search: (asked.search ?? '').slice(0, 200),
    minDensity: number('minDensity'),
    maxDensity: number('maxDensity'),
    minActivation: number('minActivation'),
    maxActivation: number('maxActivation'),
    starred: asked.starred ?? false,
    labelled: asked.labelled ?? false,
    includeDead: asked.includeDead ?? false,
    indices: asked.indices && asked.indices.length <= MAX_NAMED ? asked.indices : null,
    list: FeatureListQuerySchema.shape.list.safeParse(asked.list).data ?? null,
  }
}

/** The address of filters: only what differs from the defaults. */
export const writeFilters = (filters: Filters): PlaceChanges<Places['features']> => ({
  ...filters,
  sort: filters.sort === DEFAULTS.sort ? null : filters.sort,
  order: filters.order === DEFAULTS.order ? null : filters.order,
})

export const toQuery = (filters: Filters): ListQuery => ({
  sort: filters.sort,
  order: filters.order,
  ...(filters.search ? { search: filters.search } : {}),
  ...(filters.indices ? { indices: filters.indices.join(',') } : {}),
  ...(filters.list ? { list: filters.list } : {}),
  ...Object.fromEntries(NUMBERS.flatMap((key) => (filters[key] === null ? [] : [[key, filters[key]]]))),
  ...Object.fromEntries(SWITCHES.flatMap((key) => (filters[key] ? [[key, 'true']] : []))),
})

/** Whether anything is filtered (order is no filter; showing dead ones widens). */
export const isFiltered = (filters: Filters): boolean =>
  filters.search !== '' ||
  filters.indices !== null ||
  filters.list !== null ||
  filters.starred ||
  filters.labelled ||
  NUMBERS.some((key) => filters[key] !== null)

export const clearFilters = (filters: Filters): Filters => ({
  ...readFilters({}),
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

/** Most features that an address names one by one. */
export const MAX_NAMED = 500

/** A share as it is typed, in percent, without the noise of floating point. */
export const toPercent = (share: number | null): number | null =>
  share === null ? null : Number((share * 100).toPrecision(12))
export const fromPercent = (percent: number | null): number | null =>
  percent === null ? null : Number((percent / 100).toPrecision(12))
