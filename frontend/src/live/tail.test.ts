import type { JobEvent } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { EventTail } from './tail.js'

const event = (seq: number): JobEvent => ({
  jobId: '00000000-0000-4000-8000-000000000000',
  seq,
  at: '2026-01-01T00:00:00Z',
  type: 'log',
  payload: null,
})
const seqs = (events: JobEvent[]) => events.map((e) => e.seq)

describe('EventTail', () => {
  it('hands on events in order and drops what is already known', () => {
    const tail = new EventTail(4)
    expect(seqs(tail.push(event(4)))).toEqual([])
    expect(seqs(tail.push(event(5)))).toEqual([5])
    expect(seqs(tail.push(event(5)))).toEqual([])
    expect(tail.seq).toBe(5)
  })
  it('holds events back while an earlier one is missing, and hands all on when it comes', () => {
    const tail = new EventTail(0)
    expect(tail.push(event(3))).toEqual([])
    expect(tail.push(event(2))).toEqual([])
    expect(tail.hasGap).toBe(true)
    expect(seqs(tail.push(event(1)))).toEqual([1, 2, 3])
    expect(tail.hasGap).toBe(false)
  })
  it('closes a gap with what the server lists, once each', () => {
    const tail = new EventTail(0)
    tail.push(event(3))
    tail.push(event(5))
    expect(seqs(tail.reconcile([event(1), event(2), event(3)]))).toEqual([1, 2, 3])
    expect(tail.hasGap).toBe(true)
    expect(seqs(tail.reconcile([event(4)]))).toEqual([4, 5])
    expect(tail.hasGap).toBe(false)
  })
  it('does not wait for numbers that the server does not keep', () => {
    const tail = new EventTail(0)
    tail.push(event(4))
    expect(seqs(tail.reconcile([event(1)]))).toEqual([1])
    expect(seqs(tail.release())).toEqual([4])
    expect(tail.seq).toBe(4)
  })
})
