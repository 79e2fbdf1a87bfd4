import type { SystemSample } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { machineSample } from '../../live/testing.js'
import { appendSample, HOUR_MS, mergeHistory, toColumns } from './prepare.js'

const sample = (seconds: number, cpu: number | null = seconds) =>
  machineSample({ at: new Date(seconds * 1000).toISOString(), cpu })
const cpu = { label: 'CPU', color: 'x', pick: (s: SystemSample) => s.cpu }

describe('machine history', () => {
  it('keeps one hour and ignores late or repeated samples', () => {
    const hour = HOUR_MS / 1000
    const history = [sample(0), sample(10)]
    expect(appendSample(history, sample(10))).toBe(history)
    expect(appendSample(history, sample(5))).toBe(history)
    expect(appendSample(history, sample(hour + 5)).map((s) => s.cpu)).toEqual([10, hour + 5])
  })
  it('joins server history and live samples, each moment once', () => {
    expect(mergeHistory([sample(1), sample(2)], [sample(2), sample(3)]).map((s) => s.cpu)).toEqual([1, 2, 3])
  })
})

describe('chart columns', () => {
  it('turn a missing value and a silence into gaps, never into zero', () => {
    const [x, y] = toColumns(
      [sample(100), sample(102, null), sample(104), sample(134), sample(190)],
      [cpu],
      HOUR_MS,
      190_000,
    )
    expect(y).toEqual([100, null, 104, 134, null, 190])
    expect(x[4]).toBeGreaterThan(134)
    expect(x[4]).toBeLessThan(190)
  })
  it('leave out what is older than the range', () => {
    expect(toColumns([sample(10), sample(100)], [cpu], 50_000, 100_000)).toEqual([[100], [100]])
  })
})
