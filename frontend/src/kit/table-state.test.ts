import { describe, expect, it } from 'vitest'
import {
  type ColumnFacts,
  cells,
  MIN_WIDTH,
  moved,
  records,
  resized,
  shown,
  sortedBy,
  sortedRows,
  startState,
  TableStateSchema,
  visibleColumns,
} from './table-state.js'

interface Row {
  name: string
  fvu: number | null
}
const columns: readonly ColumnFacts<Row>[] = [
  { id: 'name', label: 'Name', value: ({ name }) => name },
  { id: 'fvu', label: 'FVU', number: true, value: ({ fvu }) => fvu },
  { id: 'twice', label: 'Twice', number: true, hidden: true, value: ({ fvu }) => (fvu === null ? null : 2 * fvu) },
]
const rows: Row[] = [
  { name: 'run 10', fvu: 0.5 },
  { name: 'run 2', fvu: null },
  { name: 'run 1', fvu: 0.25 },
]
const start = startState(columns)
const ids = (state = start) => visibleColumns(columns, state).map(({ id }) => id)
const names = (state: typeof start) => sortedRows(rows, columns, state).map(({ name }) => name)

describe('columns', () => {
  it('begin as their table says and are chosen and moved one by one', () => {
    expect(ids()).toEqual(['name', 'fvu'])
    expect(ids(shown(start, 'twice', true))).toEqual(['name', 'fvu', 'twice'])
    expect(ids(moved(columns, start, 'fvu', -1))).toEqual(['fvu', 'name'])
    expect(moved(columns, start, 'name', -1)).toBe(start)
  })
  it('never vanish all', () => {
    expect(ids(shown(shown(start, 'name', false), 'fvu', false))).toEqual(['name'])
  })
  it('of a view kept by another version are those it knows, then the rest', () => {
    const kept = TableStateSchema.parse({ order: ['fvu', 'gone'], hidden: [], widths: {}, pinned: 1, sort: null })
    expect(ids(kept)).toEqual(['fvu', 'name', 'twice'])
  })
  it('keep a width that can be taken hold of', () => {
    expect(resized(start, 'name', 3).widths['name']).toBe(MIN_WIDTH)
    expect(resized(start, 'name', 240.4).widths['name']).toBe(240)
  })
})

describe('rows', () => {
  it('stand as given until a head is pressed', () => {
    expect(names(start)).toEqual(['run 10', 'run 2', 'run 1'])
  })
  it('begin with the largest number, and keep those without one last in both directions', () => {
    const down = sortedBy(start, columns[1]!)
    expect(names(down)).toEqual(['run 10', 'run 1', 'run 2'])
    expect(names(sortedBy(down, columns[1]!))).toEqual(['run 1', 'run 10', 'run 2'])
  })
  it('are ordered by text as people count', () => {
    expect(names(sortedBy(start, columns[0]!))).toEqual(['run 1', 'run 2', 'run 10'])
  })
  it('go into a file as they are shown', () => {
    expect(cells(rows.slice(0, 2), columns.slice(0, 2))).toEqual([
      ['Name', 'FVU'],
      ['run 10', 0.5],
      ['run 2', null],
    ])
    expect(records(rows.slice(0, 1), columns)).toEqual([{ name: 'run 10', fvu: 0.5, twice: 1 }])
  })
})
