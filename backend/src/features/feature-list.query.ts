// The feature list as one SQL statement, made from the query. Pure. Narrow columns are filtered, counted and sorted first; the wide ones
// are read for the page only.
import type { FeatureFilter, FeatureListQuery } from '@mistudio/contracts'
import { partitionName } from '../extractions/partitions.js'

const SORT_COLUMNS = {
  index: 'f.index',
  density: 'f.density',
  max: 'f.max_activation',
  mean: 'f.mean_activation',
  label: 'lower(a.label)',
} as const

/** Bins of densities to a power of ten. */
export const BINS_PER_DECADE = 5

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** The search text as a LIKE pattern that means exactly these characters. */
const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`

/** Rows of the page, each with `total`, the number of all rows that fit. An offset beyond the end gives no row and so no total. */
export function featureListStatement(extractionId: string, saeId: string, query: FeatureListQuery): Statement {
  const table = `"${partitionName('feature', extractionId)}"`
  const values: unknown[] = [saeId]
  const put = (value: unknown): string => `$${values.push(value)}`
  const conditions = conditionsOf(query, table, put)
  const direction = query.order === 'asc' ? 'ASC' : 'DESC'
  const order = `${SORT_COLUMNS[query.sort]} ${direction} NULLS LAST, f.index ASC`
  const narrow = `SELECT f.index, a.label, a.starred, count(*) OVER () AS total, row_number() OVER (ORDER BY ${order}) AS place
    FROM ${table} f LEFT JOIN feature_annotation a ON a.sae_id = $1 AND a.index = f.index
    ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
    ORDER BY ${order} LIMIT ${put(query.limit)} OFFSET ${put(query.offset)}`
  const text = `SELECT f.index, p.label, coalesce(p.starred, false) AS starred, f.density, f.max_activation, f.mean_activation, f.firings,
      f.top_tokens, f.best, p.total
    FROM (${narrow}) p JOIN ${table} f ON f.index = p.index AND f.extraction_id = ${put(extractionId)} ORDER BY p.place`
  return { text, values }
}

/** Numbers of all features that fit, in the order of the list. */
export function featureIndicesStatement(extractionId: string, saeId: string, query: FeatureFilter): Statement {
  const table = `"${partitionName('feature', extractionId)}"`
  const values: unknown[] = [saeId]
  const conditions = conditionsOf(query, table, (value) => `$${values.push(value)}`)
  const direction = query.order === 'asc' ? 'ASC' : 'DESC'
  const text = `SELECT f.index FROM ${table} f LEFT JOIN feature_annotation a ON a.sae_id = $1 AND a.index = f.index
    ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
    ORDER BY ${SORT_COLUMNS[query.sort]} ${direction} NULLS LAST, f.index ASC`
  return { text, values }
}

/** Features per bin of log10 density; those that never fired have no bin. */
export function densityStatement(extractionId: string): Statement {
  const text = `SELECT CASE WHEN density > 0 THEN floor(log(density) * ${BINS_PER_DECADE})::int END AS bin, count(*)::int AS count
    FROM "${partitionName('feature', extractionId)}" GROUP BY bin`
  return { text, values: [] }
}
/** How many features fit; asked only when a page lies beyond the end. */
export function featureCountStatement(extractionId: string, saeId: string, query: FeatureListQuery): Statement {
  const table = `"${partitionName('feature', extractionId)}"`
  const values: unknown[] = [saeId]
  const conditions = conditionsOf(query, table, (value) => `$${values.push(value)}`)
  const text = `SELECT count(*) AS total FROM ${table} f LEFT JOIN feature_annotation a ON a.sae_id = $1 AND a.index = f.index
    ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}`
  return { text, values }
}

function conditionsOf(query: FeatureFilter, table: string, put: (value: unknown) => string): string[] {
  const conditions: string[] = []
  const bound = (column: string, sign: '>=' | '<=', value: number | undefined) => {
    if (value !== undefined) conditions.push(`${column} ${sign} ${put(value)}`)
  }
  if (!query.includeDead) conditions.push('f.max_activation > 0')
  bound('f.density', '>=', query.minDensity)
  bound('f.density', '<=', query.maxDensity)
  bound('f.max_activation', '>=', query.minActivation)
  bound('f.max_activation', '<=', query.maxActivation)
  if (query.starred !== undefined) conditions.push(`coalesce(a.starred, false) = ${put(query.starred)}`)
  if (query.labelled !== undefined) conditions.push(`(coalesce(a.label, '') <> '') = ${put(query.labelled)}`)
  if (query.indices !== undefined) conditions.push(`f.index = ANY(${put(query.indices.split(',').map(Number))}::int[])`)
  if (query.list !== undefined)
    conditions.push(
      `f.index IN (SELECT unnest(indices) FROM feature_list WHERE id = ${put(query.list)} AND sae_id = $1)`,
    )
  const search = query.search?.trim()
  // Two sets of indexes, so that each side can use its own index (an OR over the join could use none).
  if (search) {
    const pattern = put(likePattern(search))
    conditions.push(`f.index IN (SELECT index FROM ${table} WHERE search_text ILIKE ${pattern}
      UNION ALL SELECT index FROM feature_annotation WHERE sae_id = $1 AND (label ILIKE ${pattern} OR notes ILIKE ${pattern}))`)
  }
  return conditions
}
