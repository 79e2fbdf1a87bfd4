// What a table shows and how: columns chosen, ordered, sized and pinned, and the order of its rows. Pure.
import { z } from 'zod'

export type CellValue = string | number | null

export interface ColumnFacts<T> {
  readonly id: string
  readonly label: string
  /** For ordering and for files. */
  value(row: T): CellValue
  /** Numbers stand right and begin with the largest when they are sorted by. */
  readonly number?: boolean
  /** Width in pixels before anybody changed it. */
  readonly width?: number
  /** Not there until chosen. */
  readonly hidden?: boolean
}

const SortSchema = z.object({ id: z.string(), dir: z.enum(['asc', 'desc']) })
export const TableStateSchema = z.object({
  order: z.array(z.string()),
  hidden: z.array(z.string()),
  widths: z.record(z.string(), z.number().min(40).max(2000)),
  /** This many of the first columns stay while the others scroll. */
  pinned: z.number().int().min(0).max(10),
  sort: SortSchema.nullable(),
})
export type TableState = z.infer<typeof TableStateSchema>

export const MIN_WIDTH = 60
const MAX_WIDTH = 1200
const TEXT_WIDTH = 180
const NUMBER_WIDTH = 110

export const startState = <T>(columns: readonly ColumnFacts<T>[]): TableState => ({
  order: columns.map(({ id }) => id),
  hidden: columns.filter(({ hidden }) => hidden).map(({ id }) => id),
  widths: {},
  pinned: 1,
  sort: null,
})

/** Columns in the chosen order; ones that a saved state does not know stand at the end. */
export const orderedColumns = <C extends { readonly id: string }>(
  columns: readonly C[],
  { order }: TableState,
): C[] => {
  const at = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length)
  return [...columns].sort((a, b) => at(a.id) - at(b.id))
}
/** The columns on screen. One always is. */
export const visibleColumns = <C extends { readonly id: string }>(columns: readonly C[], state: TableState): C[] => {
  const ordered = orderedColumns(columns, state)
  const visible = ordered.filter(({ id }) => !state.hidden.includes(id))
  return visible.length > 0 ? visible : ordered.slice(0, 1)
}
export const widthOf = (column: Pick<ColumnFacts<never>, 'id' | 'width' | 'number'>, { widths }: TableState): number =>
  widths[column.id] ?? column.width ?? (column.number ? NUMBER_WIDTH : TEXT_WIDTH)

export const resized = (state: TableState, id: string, width: number): TableState => ({
  ...state,
  widths: { ...state.widths, [id]: Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width))) },
})
export const shown = (state: TableState, id: string, show: boolean): TableState => ({
  ...state,
  hidden: show ? state.hidden.filter((other) => other !== id) : [...new Set([...state.hidden, id])],
})
/** A column one place to the left (-1) or right (1). */
export const moved = <C extends { readonly id: string }>(
  columns: readonly C[],
  state: TableState,
  id: string,
  by: -1 | 1,
): TableState => {
  const order = orderedColumns(columns, state).map((column) => column.id)
  const from = order.indexOf(id)
  const to = from + by
  if (from < 0 || to < 0 || to >= order.length) return state
  return { ...state, order: order.with(from, order[to] as string).with(to, id) }
}
/** A press on a head: the other direction, or this column with the largest number, the first text on top. */
export const sortedBy = (state: TableState, { id, number }: Pick<ColumnFacts<never>, 'id' | 'number'>): TableState => {
  const first = number ? 'desc' : 'asc'
  const dir = state.sort?.id !== id ? first : state.sort.dir === 'asc' ? 'desc' : 'asc'
  return { ...state, sort: { id, dir } }
}

const compare = (a: CellValue, b: CellValue): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true })

/** Rows in the chosen order; rows without a value stand last in either direction. */
export const sortedRows = <T>(rows: readonly T[], columns: readonly ColumnFacts<T>[], state: TableState): T[] => {
  const column = columns.find(({ id }) => id === state.sort?.id)
  if (!column || !state.sort) return [...rows]
  const sign = state.sort.dir === 'asc' ? 1 : -1
  const missing = (value: CellValue) => value === null || (typeof value === 'number' && Number.isNaN(value))
  return [...rows].sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)]
    if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y))
    return sign * compare(x, y)
  })
}

/** Heads and rows as they are shown, for a file. */
export const cells = <T>(rows: readonly T[], columns: readonly ColumnFacts<T>[]): CellValue[][] => [
  columns.map(({ label }) => label),
  ...rows.map((row) => columns.map(({ value }) => value(row))),
]
export const records = <T>(rows: readonly T[], columns: readonly ColumnFacts<T>[]): Record<string, CellValue>[] =>
  rows.map((row) => Object.fromEntries(columns.map(({ id, value }) => [id, value(row)])))
