// Guards: tokens and times of curves are those stored, pauses are gaps, and a zoom asks for the steps that it shows.
import { type Training, TrainingParamsSchema } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import type { Curve } from '../../data/index.js'
import { axisOf, lineOn, stepsOf, type XAxis, type XKind } from './axis.js'

const params = TrainingParamsSchema.parse({ site: 's', batchSize: 256 })
const training: Pick<Training, 'params' | 'parent'> = { params, parent: null }
const curve = (at: number[], last: (number | null)[], width = 1): Curve => {
  return { steps: at, values: last, at, last, width, bad: [] }
}
const axis = (kind: XKind, time?: Curve, of = training): XAxis => {
  const found = axisOf(kind, of, time ? { _time: time } : {})
  if (!found) throw new Error('no axis')
  return found
}
const start = 1_700_000_000_000

describe('the x axis', () => {
  it('counts tokens exactly, those of a branch from where it began', () => {
    expect(axis('tokens').of(100)).toBe(25_600)
    const branch = { params, parent: { trainingId: 'x', step: 40 } }
    const tokens = axis('tokens', undefined, branch)
    expect([tokens.of(40), tokens.of(50), tokens.step(2560)]).toEqual([0, 2560, 50])
  })

  it('shows when steps were reported, and those between on the straight way', () => {
    const time = axis('time', curve([0, 10, 20], [start, start + 5000, start + 25_000]))
    expect([0, 5, 10, 15, 20, 30].map(time.of)).toEqual([0, 2.5, 5, 15, 25, 25])
    expect([0, 15, 99].map(time.step)).toEqual([0, 15, 20])
    expect(axisOf('time', training, {})).toBeNull()
  })

  it('takes the time of a bucket for that of its newest step', () => {
    const wide = {
      ...curve([0, 4], [start + 3000, start + 7000], 4),
      values: [start, start, start + 3000, start + 3000],
    }
    expect([0, 3, 7].map(axis('time', wide).of)).toEqual([0, 3, 7])
  })

  it('interrupts every curve at a pause, and at steps that are missing', () => {
    const seconds = [0, 10, 20, 30, 40, 5000, 5010, 5020, 5030, 5040]
    const at = seconds.map((_, i) => i)
    const time = axis(
      'time',
      curve(
        at,
        seconds.map((s) => start + 1000 * s),
      ),
    )
    expect(lineOn(time, curve(at, seconds)).breaks).toEqual([2520])
    expect(lineOn(time, curve([6, 7], [1, 1])).breaks).toEqual([])
    expect(lineOn(axis('step'), curve([1, 2, 3, 60, 61, 62], [1, 1, 1, 1, 1, 1])).breaks).toEqual([31.5])
  })

  it('asks for whole steps of what all trainings show', () => {
    const wide = axis('tokens', undefined, { ...training, params: { ...params, batchSize: 512 } })
    expect(stepsOf({ min: 300, max: 2600 }, [axis('tokens'), wide])).toEqual({ from: 0, to: 11 })
    expect(stepsOf({ min: 10.2, max: 20.1 }, [axis('step')])).toEqual({ from: 10, to: 21 })
    expect(stepsOf({ min: 0, max: 1 }, [])).toBeNull()
  })
})
