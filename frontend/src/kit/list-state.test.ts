import { describe, expect, it } from 'vitest'
import {
  askedOf,
  byName,
  type ListChoices,
  type ListRules,
  lastPage,
  offeredFilters,
  PAGE_ROWS,
  workFirst,
} from './list-state.js'

const rules: ListRules = {
  orders: [workFirst, byName],
  filters: [
    { id: 'model', label: 'Model', say: (value) => `model ${value}` },
    { id: 'state', label: 'State', values: [{ value: 'running', label: 'Running' }] },
  ],
}
const choices = (some: Partial<ListChoices>): ListChoices =>
  Object.assign({ search: '', order: null, filters: {}, page: 0 }, some)
const facets = { model: ['10', '2'].map((value) => ({ value, count: 1 })) }
const labels = (filters: ListChoices['filters'], found = facets) =>
  offeredFilters(rules, found, filters).map(({ id, values }) => [id, values.map(({ label }) => label)])

describe('a list', () => {
  it('asks for its first order until another is chosen', () => {
    expect(askedOf(rules, choices({}))).toEqual({ sort: '-work' })
    expect(askedOf(rules, choices({ order: 'name' }))).toEqual({ sort: 'name' })
    expect(askedOf(rules, choices({ order: 'evil' }))).toEqual({ sort: '-work' })
  })
  it('asks for what was typed and chosen, and for nothing that it could not have offered', () => {
    const filters = { model: 'large', state: 'running', evil: 'x' }
    expect(askedOf(rules, choices({ search: ' tiny  run ', filters }))).toEqual({
      sort: '-work',
      search: 'tiny  run',
      model: 'large',
      state: 'running',
    })
    expect(askedOf(rules, choices({ filters: { state: 'evil' } }))).toEqual({ sort: '-work' })
  })
  it('offers the values that there are, as people count; one alone is no choice', () => {
    expect(labels({})).toEqual([['model', ['model 2', 'model 10']]])
    expect(labels({}, { model: [{ value: '2', count: 9 }] })).toEqual([])
  })
  it('still offers what was chosen when no row has it any more', () => {
    expect(labels({ model: '7' })).toEqual([['model', ['model 2', 'model 7', 'model 10']]])
  })
  it('ends where its rows end', () => {
    expect([0, 1, PAGE_ROWS, PAGE_ROWS + 1].map(lastPage)).toEqual([0, 0, 0, 1])
  })
})
