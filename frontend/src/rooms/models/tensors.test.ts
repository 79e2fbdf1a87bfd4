import type { ModelTensor, TensorStatistics } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { filterTensors, NORM_COLUMNS, partsIn, shapeText, statisticFacts } from './tensors.js'

const tensor = (name: string, part: ModelTensor['part']): ModelTensor => ({
  name,
  part,
  shape: [2048, 128],
  dtype: 'F16',
  bytes: 8,
  count: 4,
  layer: null,
})
const list = [tensor('embed.weight', 'embedding'), tensor('layers.0.q.weight', 'attention'), tensor('mask', null)]

it('filters tensors by name and part, those the model does not use as a part of their own', () => {
  expect(filterTensors(list, ' Weight', 'all').map(({ name }) => name)).toEqual(['embed.weight', 'layers.0.q.weight'])
  expect(filterTensors(list, '', 'unused').map(({ name }) => name)).toEqual(['mask'])
  expect(partsIn(list)).toEqual(['all', 'embedding', 'attention', 'unused'])
  expect(shapeText(list[0]!)).toBe('2,048 × 128')
  expect(shapeText({ shape: [] })).toBe('scalar')
})

it('tells statistics as facts, and quantiles of norms from least to greatest', () => {
  const found: TensorStatistics = {
    name: 'b',
    count: 1000,
    notFinite: 0,
    zeros: 10,
    mean: 0.5,
    std: 0,
    min: 0.5,
    max: 0.5,
    norm: 5,
    kurtosis: null,
    histogram: null,
    rows: null,
    columns: null,
  }
  const facts = new Map(statisticFacts(found))
  expect(facts.get('Exactly zero')).toBe('10 (1.0 %)')
  expect(facts.get('Excess kurtosis')).toBe('all values are equal')
  const norms = { count: 2, min: 1, p05: 1, p25: 1.5, median: 2, p75: 3, p95: 4, max: 5 }
  expect(NORM_COLUMNS.map(([, of]) => of(norms))).toEqual([1, 1.5, 2, 3, 5])
})
