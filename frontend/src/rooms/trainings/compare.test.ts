import type { Training } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { places } from '../../places/index.js'
import {
  chosenTrainings,
  firstMetrics,
  heldOutFigures,
  looksOf,
  measuredBy,
  paretoFront,
  paretoSeries,
} from './compare.js'
import { densityAt } from './density.js'

const training = (id: string, l0: number | null, fvu: number | null, sweepId: string | null = null) =>
  ({
    id,
    name: id,
    sweepId,
    summary: null,
    latest: { heldout_l0: l0, heldout_fvu: fvu, ce_recovered: 0.5 },
  }) as unknown as Training

it('the front holds what no other beats, whichever way is better', () => {
  const points = [
    { id: 'a', x: 10, y: 0.5 },
    { id: 'b', x: 20, y: 0.6 },
    { id: 'c', x: 30, y: 0.2 },
    { id: 'd', x: 10, y: 0.7 },
    { id: 'e', x: 40, y: 0.2 },
  ]
  expect(paretoFront(points, 'less').map(({ id }) => id)).toEqual(['a', 'c'])
  expect(paretoFront(points, 'more').map(({ id }) => id)).toEqual(['d'])
})

it('a training without an evaluation has no point, and no false zero', () => {
  const series = paretoSeries([training('a', 10, 0.5), training('b', null, null)], 'fvu', new Map())
  expect(series.map(({ key, x, y }) => [key, x, y])).toEqual([
    ['front', [10], [0.5]],
    ['a', [10], [0.5]],
  ])
  expect(paretoSeries([training('b', null, null)], 'fvu', new Map())).toEqual([])
  expect(heldOutFigures(training('b', null, null)).deadShare).toBeNull()
})

it('a training keeps its colour while others come and go', () => {
  const three = looksOf(['a', 'b', 'c'], new Map())
  expect([...three]).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 2],
  ])
  const two = looksOf(['c', 'b'], three)
  expect([two.get('b'), two.get('c')]).toEqual([1, 2])
  expect(looksOf(['c', 'b', 'd'], two).get('d')).toBe(0)
})

it('offers metrics that were measured, and begins with some of them', () => {
  const measured = measuredBy([training('a', 1, 1)])
  expect(measured).toEqual(['heldout_fvu', 'heldout_l0', 'ce_recovered'])
  expect(firstMetrics(measured)).toEqual(measured)
  expect(firstMetrics(['lr', 'grad_norm', 'dead'])).toEqual(['lr', 'grad_norm'])
})

it('the address names a sweep, or trainings in their order', () => {
  const all = [training('a', 1, 1, 's'), training('b', 1, 1), training('c', 1, 1, 's')]
  const ids = (text: string) =>
    chosenTrainings(all, places.compareTrainings.read({}, new URLSearchParams(text))).map(({ id }) => id)
  expect(ids('sweep=s')).toEqual(['a', 'c'])
  expect(ids('ids=b,a,gone')).toEqual(['b', 'a'])
  expect(ids('')).toEqual([])
})

it('a density histogram is there only where all of its bins are', () => {
  const curves = Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`density_${n}`, { at: [5], last: [n] }]))
  expect(densityAt(curves, 5)).toEqual({ silent: 0, counts: Array.from({ length: 13 }, (_, n) => n + 1) })
  expect(densityAt(curves, 6)).toBeNull()
})
