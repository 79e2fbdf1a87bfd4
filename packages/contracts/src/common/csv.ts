// CSV, written in one way by all that write it: quoted where it must be, and nothing that a spreadsheet would run. Pure.

export type Cell = string | number | null | undefined

/** What spreadsheets take for a formula: a sign, an @, or white space before one of them. */
const RUNS = /^[\s]*[=+\-@]|^[\t\r\n]/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const QUOTED = /[",;\t\r\n]|^\s|\s$/

/**
 * One cell. Numbers stay numbers, also as text; missing ones and those that are not finite are empty. A text that a spreadsheet would run is
 * marked as text by an apostrophe before it.
 */
export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const text = RUNS.test(value) && !NUMBER.test(value) ? `'${value}` : value
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as a file, each ended by a line feed. */
export const csvText = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(',')}\n`).join('')
