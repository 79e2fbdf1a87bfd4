// A page of a room's list: the room says where its rows are and what they are searched, ordered and filtered by; this makes one statement
// of it and answers ids. Rows are then read by whoever knows them.
import { type Facets, JobStateSchema, type ListQuery, QUESTION_KINDS, TERMINAL_STATES } from '@mistudio/contracts'
import { newestStateSql } from '@mistudio/ledger'
import type pg from 'pg'
import type { Page } from './route.js'

/** SQL of a list. Everything here is written by a room, never taken from a request. */
export interface Listing {
  /** Tables with their aliases. */
  readonly from: string
  /** The row's id. */
  readonly id: string
  /** What its jobs name as their subject; default: the id. null: it has no jobs. */
  readonly subject?: string | null
  /** Texts that are searched. */
  readonly search: readonly string[]
  /** Order by the name that the query uses. */
  readonly sort: Readonly<Record<string, string>>
  /** Condition of a filter, with `$` for its value. */
  readonly filters?: Readonly<Record<string, string>>
  /** Texts whose values can be asked for, and that are filtered by them; by the condition of a filter of the same name where there is one. */
  readonly facets?: Readonly<Record<string, string>>
}

/** What a list found, beside the rows of the page. */
export interface Found {
  /** In all pages. */
  readonly total: number
  /** When they were asked for. */
  readonly facets?: Facets
}
interface PageOfIds extends Found {
  readonly ids: readonly string[]
}

/** An order by name as people count: `run 2` before `run 10`. */
export const asCounted = (text: string): string =>
  `regexp_replace(regexp_replace(lower(${text}), '(\\d+)', '00000000000\\1', 'g'), '0*(\\d{12})', '\\1', 'g')`

const quoted = (texts: readonly string[]): string => texts.map((text) => `'${text}'`).join(', ')
const ACTIVE_STATES = JobStateSchema.options.filter((state) => !TERMINAL_STATES.includes(state))

/** An order that, read backwards, puts what is being worked on first, then what is new. @param subject what the jobs of a row name */
export const underWay = (subject: string, createdAt: string): string =>
  `ROW(${subject} IN (SELECT j.subject_id FROM job j
    WHERE j.state IN (${quoted(ACTIVE_STATES)}) AND j.kind NOT IN (${quoted(QUESTION_KINDS)})), ${createdAt})`

/** `%`, `_` and `\` of what is searched are themselves. */
const pattern = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`

/** The statement's parameters; `put` answers the place of a value. */
class Parameters {
  readonly values: unknown[] = []
  put(value: unknown): string {
    this.values.push(value)
    return `$${this.values.length}`
  }
}

function conditions(listing: Listing, query: ListQuery, parameters: Parameters): string[] {
  const found = (query.search ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const place = parameters.put(pattern(word))
      return `(${listing.search.map((text) => `${text} ILIKE ${place}`).join(' OR ')})`
    })
  if (query.ids) found.push(`${listing.id} = ANY(${parameters.put(query.ids)}::uuid[])`)
  if (query.state) found.push(stateCondition(listing, query.state, parameters))
  for (const [name, condition] of Object.entries(listing.filters ?? {})) {
    const value = query[name]
    if (value !== undefined) found.push(condition.replaceAll('$', parameters.put(value)))
  }
  for (const [name, text] of Object.entries(listing.facets ?? {})) {
    const value = query[name]
    if (value !== undefined && !listing.filters?.[name]) found.push(`${text} = ${parameters.put(value)}`)
  }
  return found
}

function stateCondition({ id, subject = id }: Listing, state: string, parameters: Parameters): string {
  if (subject === null) return 'false'
  const newest = newestStateSql(subject, parameters.put(QUESTION_KINDS))
  if (state !== 'active') return `${newest} = ${parameters.put(state)}`
  return `${newest} <> ALL(${parameters.put(TERMINAL_STATES)}::text[])`
}

/** Orders that every row has a value for: without `NULLS LAST` an index answers them from either end. */
const NEVER_NULL: ReadonlySet<string> = new Set(['createdAt', 'name', 'work'])

/** Ids of one page in their order, and how many there are in all pages. */
export async function pageOfIds(pool: pg.Pool, listing: Listing, query: ListQuery): Promise<PageOfIds> {
  const name = query.sort.replace(/^-/, '')
  const order = listing.sort[name]
  if (!order) throw new Error(`the list has no order "${name}"`)
  const parameters = new Parameters()
  const wanted = conditions(listing, query, parameters)
  const where = wanted.length > 0 ? `WHERE ${wanted.join(' AND ')}` : ''
  const counted = [...parameters.values]
  const direction = `${query.sort.startsWith('-') ? 'DESC' : 'ASC'}${NEVER_NULL.has(name) ? '' : ' NULLS LAST'}`
  const offset = parameters.put(query.offset)
  const limit = query.limit === undefined ? '' : `LIMIT ${parameters.put(query.limit)}`
  const [page, count, facets] = await Promise.all([
    pool.query<{ id: string }>(
      `SELECT ${listing.id} AS id FROM ${listing.from} ${where}
       ORDER BY ${order} ${direction}, ${listing.id} OFFSET ${offset} ${limit}`,
      parameters.values,
    ),
    pool.query<{ total: string }>(`SELECT count(*) AS total FROM ${listing.from} ${where}`, counted),
    query.facets ? facetsOf(pool, listing, where, counted) : undefined,
  ])
  const ids = page.rows.map(({ id }) => id)
  const total = Number(count.rows[0]?.total ?? 0)
  return facets ? { ids, total, facets } : { ids, total }
}

/** Values of one facet that are named. */
const MOST_VALUES = 200

async function facetsOf(
  pool: pg.Pool,
  { from, facets = {} }: Listing,
  where: string,
  values: unknown[],
): Promise<Facets> {
  const found = await Promise.all(
    Object.entries(facets).map(async ([name, text]) => {
      const { rows } = await pool.query<{ value: string | null; count: string }>(
        `SELECT ${text} AS value, count(*) AS count FROM ${from} ${where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MOST_VALUES}`,
        values,
      )
      return [name, rows.flatMap(({ value, count }) => (value === null ? [] : [{ value, count: Number(count) }]))]
    }),
  )
  return Object.fromEntries(found)
}

/** Rows in the order of the ids; those that went in the meantime are left out. */
export function inOrder<Row extends { readonly id: string }>(ids: readonly string[], rows: readonly Row[]): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** A page as an answer. A list asked for whole has itself as its limit. */
export const pageOf = <T>(items: readonly T[], { total, facets }: Found, query: ListQuery): Page<T> => ({
  items,
  meta: { total, facets, offset: query.offset, limit: query.limit ?? Math.max(items.length, 1) },
})
