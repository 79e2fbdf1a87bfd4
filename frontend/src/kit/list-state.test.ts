import { describe, expect, it } from 'vitest'
import { byName, filterValues, type ListRules, newestFirst, PAGE_ROWS, shownRows, workFirst } from './list-state.js'

interface Row {
  name: string
  createdAt: string
  model: string
  busy?: boolean
}
const rows: Row[] = [
  { name: 'run 2', createdAt: '2026-01-01', model: 'tiny' },
  { name: 'run 10', createdAt: '2026-01-03', model: 'tiny' },
  { name: 'other', createdAt: '2026-01-02', model: 'large', busy: true },
]
const rules: ListRules<Row> = {
  words: ({ name, model }) => `${name} ${model}`,
  orders: [workFirst(({ busy }) => busy === true, newestFirst()), byName(({ name }) => name)],
  filters: [{ id: 'model', label: 'Model', of: ({ model }) => ({ value: model, label: model }) }],
}
const show = (choices: Partial<Parameters<typeof shownRows>[2]> = {}, all = rows) =>
  shownRows(all, rules, { search: '', order: null, filters: {}, page: 0, ...choices })
const names = (choices: Parameters<typeof show>[0]) => show(choices).rows.map(({ name }) => name)

describe('a list', () => {
  it('shows work under way first, then the newest', () => {
    expect(names({})).toEqual(['other', 'run 10', 'run 2'])
  })
  it('orders names as people count', () => {
    expect(names({ order: 'name' })).toEqual(['other', 'run 2', 'run 10'])
  })
  it('finds rows that hold every word, in any order', () => {
    expect(names({ search: 'TINY run' })).toEqual(['run 10', 'run 2'])
    expect(names({ search: 'tiny other' })).toEqual([])
  })
  it('keeps to its filters and offers the values that are there', () => {
    expect(names({ filters: { model: 'large' } })).toEqual(['other'])
    expect(filterValues(rows, rules.filters![0]!).map(({ value }) => value)).toEqual(['large', 'tiny'])
  })
  it('falls back to its first order for one it does not know, and to the last page behind the end', () => {
    expect(names({ order: 'evil' })).toEqual(names({}))
    const many = Array.from({ length: PAGE_ROWS + 1 }, (_, n) => ({ ...rows[0]!, name: `run ${n}` }))
    expect(show({ page: 9 }, many)).toMatchObject({ page: 1, rows: [{}] })
  })
})
