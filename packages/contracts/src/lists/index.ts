// What every list of a room can be asked: a page, words to search for, an order, ids, the state of the newest job, and the room's own filters.
// One shape for all rooms; what a room sorts and filters by is named where its route stands.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'
import { line } from '../common/text.js'
import { JobStateSchema } from '../jobs/schemas.js'

/** Longest page of a list. */
export const LIST_LIMIT = 500

const IdsSchema = line()
  .max(37 * LIST_LIMIT)
  .transform((text) => text.split(',').filter((id) => id !== ''))
  .pipe(z.array(IdSchema).max(LIST_LIMIT))

/** Jobs in these states: `active` is all that have not ended. */
export const ListStateSchema = z.enum(['active', ...JobStateSchema.options])

const common = {
  /** Words; each is somewhere in what the room searches, in any case of letters. */
  search: line().max(200).optional(),
  /** State of the newest job; a subject without a job has none. */
  state: ListStateSchema.optional(),
  /** Only these, separated by commas, in the order of `sort`. */
  ids: IdsSchema.optional(),
  /** Whether the answer also says what values there are to filter by, each with how often it is found. */
  facets: z.stringbool().optional(),
  offset: z.coerce.number().int().min(0).default(0),
  /** Length of the page. Without it the list is answered whole from `offset` on, as it was before there were pages. */
  limit: z.coerce.number().int().min(1).max(LIST_LIMIT).optional(),
}

const facetValue = line().max(300).optional()

/** A name, or the same one backwards. */
type Order<S extends string> = S | `-${S}`

/**
 * Query of the list of one room.
 * @param sorts what it can be ordered by, the order without a wish first; `-name` is the same one backwards
 * @param filters further parameters of this room, all optional
 * @param facets texts of the rows that can be filtered by their values; the answer names the values where it is asked to
 */
export const listQuery = <
  const S extends string,
  F extends Record<string, z.ZodOptional>,
  const P extends string = never,
>(
  sorts: readonly [Order<S>, ...Order<S>[]],
  filters: F,
  facets: readonly P[] = [],
) => {
  const names = sorts.map((sort) => sort.replace(/^-/, '') as S)
  const orders: z.ZodType<Order<S>, Order<S>> = z.enum([...names, ...names.map((name) => `-${name}` as const)])
  const values = Object.fromEntries(facets.map((name) => [name, facetValue])) as Record<P, typeof facetValue>
  return z.object({ ...common, ...filters, ...values, sort: orders.optional().transform((sort) => sort ?? sorts[0]) })
}

/** A list's query as all rooms have it; filters of a room lie beside these fields. */
export interface ListQuery {
  readonly search?: string | undefined
  readonly state?: z.infer<typeof ListStateSchema> | undefined
  readonly ids?: readonly string[] | undefined
  readonly facets?: boolean | undefined
  readonly offset: number
  readonly limit?: number | undefined
  readonly sort: string
  readonly [filter: string]: unknown
}
