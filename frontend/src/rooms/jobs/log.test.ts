import type { JobEvent } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { appendEvents } from './log.js'

const event = (seq: number, type: string, payload: unknown): JobEvent => ({
  jobId: '00000000-0000-4000-8000-000000000000',
  seq,
  at: '2026-01-01T00:00:00Z',
  type,
  payload,
})
const empty = { lines: [], stage: null }

it('writes a line per log message and per new stage, none per step of progress or metric', () => {
  const log = appendEvents(empty, [
    event(1, 'progress', { stage: 'Reading', fraction: 0.1 }),
    event(2, 'progress', { stage: 'Reading', fraction: 0.2 }),
    event(3, 'checkpoint', { trainingId: '', step: 1 }),
    event(4, 'log', { level: 'warn', message: 'line 7 left out' }),
    event(5, 'progress', { stage: 'Writing', fraction: null }),
  ])
  expect(log.lines.map((line) => line.text)).toEqual(['Reading (10 %)', 'line 7 left out', 'Writing'])
  expect(log.stage).toBe('Writing')
})

it('keeps the newest lines within its limit', () => {
  const log = appendEvents(
    empty,
    [1, 2, 3].map((n) => event(n, 'log', { level: 'info', message: `m${n}` })),
    2,
  )
  expect(log.lines.map((line) => line.text)).toEqual(['m2', 'm3'])
})
