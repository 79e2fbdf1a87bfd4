// Guards: chip and ring read the same index, subwords join exactly, filters survive the URL, groups are ordered and named by their edges.
import type { Example } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { places } from '../../places/index.js'
import { parseIndex } from '../../shared/feature-number.js'
import { activationText, onOneLine, tintExample, visibleToken } from '../../tokens/tokens.js'
import { clearFilters, type Filters, isFiltered, readFilters, sortBy, toQuery, writeFilters } from './filters.js'
import { barShare, groupExamples, pagesOf } from './prepare.js'

const example = (over: Partial<Example> = {}): Example => ({
  kind: 'top',
  group: null,
  value: 4,
  context: 7,
  position: 3,
  peak: 3,
  tokens: ['The', ' cle', 'men', 'cy', '\n', 'ends'].map((text, id) => ({ id, text })),
  activations: [0, 1, 2, 4, 0, 0],
  ...over,
})

const asked = (query: string) => readFilters(places.features.read({}, new URLSearchParams(query)))

describe('tokens', () => {
  it('rings the token whose activation is the value: chip, ring and tooltip share one index', () => {
    const peak = tintExample(example(), 4).find((token) => token.isPeak)
    expect(peak).toMatchObject({ index: 3, text: 'cy', value: 4, alpha: 0.55 })
  })
  it('joins subwords exactly as the text is', () => {
    const joined = tintExample(example(), 4)
      .map((token) => token.text)
      .join('')
    expect(joined).toBe('The clemency\nends')
  })
  it('tints a weak example weakly: the scale is the feature’s, not the row’s', () => {
    const weak = tintExample(example({ value: 1, activations: [0, 0, 0, 1, 0, 0] }), 8)
    expect(weak[3]).toMatchObject({ isPeak: true, alpha: 0.55 / 8 })
  })
  it('tints in proportion and leaves silent tokens alone', () => {
    expect(tintExample(example(), 4).map((token) => token.alpha)).toEqual([0, 0.1375, 0.275, 0.55, 0, 0])
    expect(tintExample(example({ activations: [0, 0, 0, 0, 0, 0] }), 4).every((token) => token.alpha === 0)).toBe(true)
  })
  it('makes newlines and edges of tokens visible', () => {
    expect(onOneLine('a\nb')).toBe('a⏎b')
    expect(visibleToken(' cle')).toBe('·cle')
    expect(activationText(0.12345)).toBe('0.1235')
    expect(activationText(12.34567)).toBe('12.346')
  })
})

describe('filters', () => {
  it('survive the address and keep it short', () => {
    const filters = {
      ...readFilters({}),
      search: 'a b',
      minDensity: 0.01,
      starred: true,
      sort: 'density' as const,
    }
    const address = (chosen: Filters) => places.features({ extractionId: 'e', ...writeFilters(chosen) })
    expect(address(readFilters({}))).toBe(places.features({ extractionId: 'e' }))
    expect(asked(address(filters).split('?')[1] ?? '')).toEqual(filters)
  })
  it('leave out nonsense of an address', () => {
    expect(asked('minDensity=x&maxDensity=7&sort=evil&order=up')).toEqual(readFilters({}))
  })
  it('ask only for what is set', () => {
    expect(toQuery({ ...readFilters({}), labelled: true, maxActivation: 3 })).toEqual({
      sort: 'max',
      order: 'desc',
      labelled: 'true',
      maxActivation: 3,
    })
  })
  it('turn a column round and keep the order when cleared', () => {
    const first = sortBy(readFilters({}), 'index')
    expect(first).toMatchObject({ sort: 'index', order: 'asc' })
    expect(sortBy(first, 'index').order).toBe('desc')
    expect(isFiltered({ ...first, search: 'x' })).toBe(true)
    expect(clearFilters({ ...first, search: 'x' })).toEqual(first)
  })
})

describe('prepare', () => {
  it('orders examples: strongest first, quantile groups from strong to weak with their edges', () => {
    const quantile = (group: number, value: number) => example({ kind: 'quantile', group, value })
    const examples = [quantile(0, 1), example({ value: 3 }), example({ value: 9 }), quantile(1, 2)]
    const groups = groupExamples(
      { examples, quantileEdges: [0, 1.5, 4], histogram: { edges: [], counts: [] }, maxActivation: 9 },
      null,
    )
    expect(groups.map((group) => [group.title, group.detail])).toEqual([
      ['Strongest', ''],
      ['Group 2 of 2', 'peaks of contexts 1.5 to 4'],
      ['Group 1 of 2', 'peaks of contexts 0 to 1.5'],
    ])
    expect(groups[0]?.examples.map((one) => one.value)).toEqual([9, 3])
  })
  it('ends the highest interval at the largest activation, which lies within it', () => {
    const intervals = [
      { from: 0, to: 8, firings: 3 },
      { from: 8, to: 16, firings: 1 },
    ]
    const examples = [example({ kind: 'quantile', group: 1, value: 13.25 })]
    const groups = groupExamples(
      { examples, quantileEdges: [], histogram: { edges: [], counts: [], intervals }, maxActivation: 13.25 },
      1000,
    )
    expect(groups.map((group) => [group.title, group.detail])).toEqual([
      ['8 to 13.25', '25.0 % of its firings · 0.1000 % of tokens (1)'],
    ])
  })
  it('reads a feature number and refuses one beyond the SAE', () => {
    expect(parseIndex(' #12 ', 64)).toBe(12)
    expect(parseIndex('64', 64)).toBeNull()
    expect(parseIndex('x', 64)).toBeNull()
  })
  it('names the pages of visible rows and shares of bars', () => {
    expect(pagesOf(95, 205, 100)).toEqual([0, 1, 2])
    expect(pagesOf(0, -1, 100)).toEqual([0])
    const logits = [{ token: 'a', id: 1, value: -4 }]
    expect(barShare(logits, -2)).toBe(0.5)
  })
})
