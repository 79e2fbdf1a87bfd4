// Guards: a waiting job says what it waits for, and a worker that hangs is said in words, by the server's clock.
import type { Queues } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { hangText, ordinal, silenceText, waitingText, workerSilence } from './waiting.js'

const queues = (over: Partial<Queues> = {}): Queues => ({
  workers: [{ id: 'w', silentSeconds: 1 }],
  pools: [
    {
      queue: 'compute',
      running: [{ id: 'x', kind: 'training.run', title: 'X', silentSeconds: 2 }],
      waiting: ['a', 'b', 'c'],
    },
    { queue: 'interactive', running: [], waiting: ['g'] },
    { queue: 'io', running: [], waiting: [] },
  ],
  ...over,
})
const now = (over: Partial<Queues> = {}, ageSeconds = 0) => ({ queues: queues(over), ageSeconds })
const job = (id: string, queue: 'compute' | 'interactive' | 'io' = 'compute') => ({ id, queue })

describe('a queued job', () => {
  it('names its place and what is before it', () => {
    expect(waitingText(job('a'), now())).toBe('1st in line, after Train SAE “X”.')
    expect(waitingText(job('b'), now())).toBe('2nd in line, after Train SAE “X” and 1 that waits.')
    expect(waitingText(job('c'), now())).toBe('3rd in line, after Train SAE “X” and 2 that wait.')
  })
  it('is about to start where nothing is before it', () => {
    expect(waitingText(job('g', 'interactive'), now())).toBe('It is about to start.')
    expect(waitingText(job('new', 'io'), now())).toBe('It is about to start.')
  })
  it('says that no worker answers, also when the answer about it grows old', () => {
    const hung = { workers: [{ id: 'w', silentSeconds: 9 }] }
    expect(waitingText(job('a'), now(hung, 2))).toContain('1st in line')
    expect(waitingText(job('a'), now(hung, 3.5))).toBe('No worker answers since 12 s. It starts when one does.')
    expect(waitingText(job('a'), now({ workers: [] }))).toBe('No worker is running. It starts when one does.')
  })
})

it('judges a running job by the worker that owns it', () => {
  const two = now({
    workers: [
      { id: 'fresh', silentSeconds: 1 },
      { id: 'hung', silentSeconds: 60 },
    ],
  })
  expect(silenceText(workerSilence(two, 'hung'))).toBe('No worker answers since 1 min 00 s')
  expect(silenceText(workerSilence(two, 'fresh'))).toBeNull()
  expect(silenceText(workerSilence(two))).toBeNull()
})

describe('a running job whose runner', () => {
  const silent = (silentSeconds: number | null, ageSeconds = 0) =>
    hangText(
      'x',
      now(
        {
          pools: [
            { queue: 'compute', running: [{ id: 'x', kind: 'training.run', title: 'X', silentSeconds }], waiting: [] },
          ],
        },
        ageSeconds,
      ),
    )
  it('speaks is not said to hang', () => {
    expect([silent(null), silent(29), hangText('other', now())]).toEqual([null, null, null])
  })
  it('has been silent says so, and what comes next', () => {
    expect(silent(28, 3)).toBe(
      'Its process has not been heard for 31 s and may hang. Cancel ends it within seconds; after 10 min of silence the worker ends it and the job goes on from what it stored last.',
    )
  })
})

it('counts in English', () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 103, 111].map(ordinal)).toEqual(
    '1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 103rd 111th'.split(' '),
  )
})
