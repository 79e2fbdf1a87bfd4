import type { RunSeries, RunValues } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { curvesOfSeries, LiveSeries, withDetail } from './run-series.js'

const ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const answer = (revision: number, series: RunSeries['series']): RunSeries => ({ runId: ID, revision, series })
const live = (revision: number, step: number, values: RunValues['steps'][number]['values']): RunValues => {
  return { runId: ID, revision, steps: [{ step, values }] }
}

describe('the series of a running run', () => {
  it('go on where the stored ones end, whatever came while they were asked for', () => {
    const series = new LiveSeries(100)
    expect(series.push(live(4, 40, { loss: 1 }))).toBe('missing')
    expect(series.push(live(3, 30, { loss: 2 }))).toBe('missing')
    series.load(answer(3, { loss: { width: 1, total: 3, at: [10, 20, 30], last: [3, 'NaN', 2] } }))
    expect(series.view()['loss']).toMatchObject({ steps: [10, 20, 30, 40], values: [3, null, 2, 1] })
    expect(series.view()['loss']?.bad).toEqual([{ step: 20, word: 'NaN' }])
    expect(series.push(live(4, 40, { loss: 9 }))).toBe('known')
    expect(series.push(live(5, 50, { loss: 0.5, l0: 'Infinity' }))).toBe('taken')
    expect(series.view()).toMatchObject({ loss: { values: [3, null, 2, 1, 0.5] }, l0: { steps: [50], values: [null] } })
  })

  it('say when something in between did not come, and show it once it is asked for', () => {
    const series = new LiveSeries(100)
    series.load(answer(1, { loss: { width: 1, total: 1, at: [0], last: [5] } }))
    expect(series.push(live(3, 2, { loss: 3 }))).toBe('missing')
    expect(series.view()['loss']?.steps).toEqual([0])
    series.load(answer(2, { loss: { width: 1, total: 2, at: [0, 1], last: [5, 4] } }))
    expect(series.view()['loss']?.values).toEqual([5, 4, 3])
    // An older answer that comes late changes nothing: what came between the two is not at hand.
    series.load(answer(1, { loss: { width: 1, total: 1, at: [0], last: [5] } }))
    expect(series.view()['loss']?.values).toEqual([5, 4, 3])
  })

  it('fill the last bucket and keep extremes as points', () => {
    const series = new LiveSeries(100)
    const loss = { width: 4, total: 8, at: [0, 4], last: [2, 7], first: [9, 6], min: [1, 6], max: [9, 7] }
    series.load(answer(1, { loss: { ...loss, count: [4, 2], gaps: [0, 0] } }))
    series.push(live(2, 6, { loss: 20 }))
    series.push(live(3, 7, { loss: 5 }))
    const curve = series.view()['loss']
    expect(curve).toMatchObject({ at: [0, 4], last: [2, 5], width: 4 })
    expect(curve?.values).toEqual([9, 9, 1, 2, 6, 20, 5, 5])
    expect(curve?.steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('take an answer that was read before the newest values came', () => {
    const series = new LiveSeries(100)
    series.load(answer(0, {}))
    for (let n = 1; n <= 6; n++) series.push(live(n, n, { loss: n }))
    series.load(
      answer(4, {
        loss: {
          width: 2,
          total: 4,
          at: [0, 2, 4],
          last: [1, 3, 4],
          first: [1, 2, 4],
          min: [1, 2, 4],
          max: [1, 3, 4],
          count: [1, 2, 1],
          gaps: [0, 0, 0],
        },
      }),
    )
    expect(series.view()['loss']).toMatchObject({ width: 2, at: [0, 2, 4, 6], last: [1, 3, 5, 6] })
  })

  it('ask again when there are too many buckets', () => {
    const series = new LiveSeries(2)
    series.load(answer(0, {}))
    const said = Array.from({ length: 5 }, (_, i) => series.push(live(i + 1, i, { loss: i })))
    expect(said).toEqual(['taken', 'taken', 'taken', 'taken', 'missing'])
  })

  it('are kept only for the metrics that are wanted', () => {
    const series = new LiveSeries(100, new Set(['loss']))
    series.load(answer(0, {}))
    series.push(live(1, 1, { loss: 1, l0: 2 }))
    expect(Object.keys(series.view())).toEqual(['loss'])
  })
})

describe('a part of a run in finer buckets', () => {
  const wide = { width: 8, total: 32, at: [0, 8, 16, 24], last: [1, 2, 3, 4], first: [1, 2, 3, 4] }
  const coarse = { ...wide, min: [1, 2, 3, 4], max: [1, 2, 3, 4], count: [8, 8, 8, 8], gaps: [0, 1, 0, 0] }
  const whole = curvesOfSeries(answer(1, { loss: coarse }))['loss']
  const fine = curvesOfSeries(
    answer(1, {
      loss: { width: 1, total: 32, at: [8, 9, 10, 11, 12, 13, 14, 15], last: [5, 'Infinity', 5, 5, 5, 5, 5, 5] },
    }),
  )
  it('takes the place of the coarse ones, with its marks, and the rest stays', () => {
    const curve = whole && withDetail(whole, fine['loss'])
    expect(curve?.steps).toEqual([0, 2, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 23, 24, 26, 28, 31])
    expect(curve?.values.slice(4, 12)).toEqual([5, null, 5, 5, 5, 5, 5, 5])
    expect([whole?.bad, curve?.bad]).toEqual([
      [{ step: 8, word: '1 of 8 values are no numbers' }],
      [{ step: 9, word: '+∞' }],
    ])
  })
  it('changes nothing where it is no finer, or not there', () => {
    expect(whole && withDetail(whole, whole)).toBe(whole)
    expect(whole && withDetail(whole, undefined)).toBe(whole)
  })
})
