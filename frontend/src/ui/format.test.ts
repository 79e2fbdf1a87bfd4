import { describe, expect, it } from 'vitest'
import {
  DASH,
  formatBytes,
  formatCount,
  formatDuration,
  formatLeft,
  formatPercent,
  formatRelative,
  formatValue,
  plural,
} from './format.js'

describe('sizes and counts', () => {
  it('scales bytes by 1024 and never prints 1000 of a unit that has a bigger one', () => {
    expect(formatBytes(0)).toBe('0 B')
    expect(formatBytes(1023)).toBe('1023 B')
    expect(formatBytes(1024 * 1024 - 100)).toBe('1.00 MB')
    expect(formatBytes(1536)).toBe('1.50 KB')
    expect(formatBytes(4.1 * 2 ** 30)).toBe('4.10 GB')
  })
  it('prints exact counts below ten thousand and K, M, B above', () => {
    expect(formatCount(9999)).toBe('9,999')
    expect(formatCount(12_345)).toBe('12.3K')
    expect(formatCount(999_900)).toBe('1.00M')
    expect(formatCount(1_530_000_000)).toBe('1.53B')
  })
  it('shows a dash for what is unknown', () => {
    expect(formatBytes(null)).toBe(DASH)
    expect(formatCount(undefined)).toBe(DASH)
    expect(formatPercent(Number.NaN)).toBe(DASH)
  })
  it('counts one thing in the singular', () => {
    expect(plural(1, 'document')).toBe('1 document')
    expect(plural(0, 'entry', 'entries')).toBe('0 entries')
  })
})

describe('shares, values, times', () => {
  it('keeps a small share above zero and an almost full one below hundred', () => {
    expect(formatPercent(0.00001)).toBe('<0.1 %')
    expect(formatPercent(0.99999)).toBe('>99.9 %')
    expect(formatPercent(1)).toBe('100.0 %')
    expect(formatPercent(0)).toBe('0.0 %')
  })
  it('uses exponents only for extreme values', () => {
    expect(formatValue(0.00012)).toBe('1.20e-4')
    expect(formatValue(0.123456)).toBe('0.1235')
    expect(formatValue(12_345)).toBe('12,345')
  })
  it('writes durations in two units', () => {
    expect(formatDuration(0.95)).toBe('950 ms')
    expect(formatDuration(245)).toBe('4 min 05 s')
    expect(formatDuration(7800)).toBe('2 h 10 min')
    expect(formatDuration(3599.6)).toBe('1 h 00 min')
  })
  it('says of an estimate no more than whole seconds', () => {
    expect([0.486, 5.3, 59.2, 245].map(formatLeft)).toEqual([
      'less than 1 s left',
      '5 s left',
      '59 s left',
      '4 min 05 s left',
    ])
  })
  it('writes relative times', () => {
    const now = Date.parse('2026-03-12T12:00:00Z')
    expect(formatRelative('2026-03-12T11:56:00Z', now)).toBe('4 min ago')
    expect(formatRelative('2026-03-11T11:00:00Z', now)).toBe('yesterday')
    expect(formatRelative('2025-03-12T12:00:00Z', now)).toBe('12 Mar 2025')
  })
})
