import { describe, expect, it } from 'vitest'
import { Gate } from './gate.js'

/** Enters and stays; the promise is what `enter` said, `end` leaves. */
function guest(gate: Gate, log: string[], name: string) {
  let leave = (): void => undefined
  const entered = gate.enter((end) => {
    log.push(name)
    leave = end
  })
  return { entered, end: () => leave() }
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the gate of requests', () => {
  it('lets as many in as it has places, the others in the order in which they came', async () => {
    const gate = new Gate({ places: 1, waiting: 5, patienceMs: 60_000 })
    const log: string[] = []
    const [a, b, c] = ['a', 'b', 'c'].map((name) => guest(gate, log, name))
    await turn()
    expect(log).toEqual(['a'])
    a?.end()
    a?.end()
    await turn()
    expect(log).toEqual(['a', 'b'])
    b?.end()
    await c?.entered
    expect(log).toEqual(['a', 'b', 'c'])
  })

  it('refuses at once when the queue is full, and whoever waited too long', async () => {
    const gate = new Gate({ places: 1, waiting: 1, patienceMs: 1 })
    const log: string[] = []
    guest(gate, log, 'inside')
    const waits = guest(gate, log, 'waits').entered
    await expect(guest(gate, log, 'late').entered).rejects.toMatchObject({
      code: 'unavailable',
      details: { retryAfter: 2 },
    })
    await expect(waits).rejects.toMatchObject({ code: 'unavailable' })
    expect(log).toEqual(['inside'])
  })

  it('gives a place away while its holder waits aside, and back before those at the door', async () => {
    const gate = new Gate({ places: 1, waiting: 5, patienceMs: 60_000 })
    const log: string[] = []
    let answered = (): void => undefined
    let over = (): void => undefined
    await gate.enter((end) => {
      over = end
      void gate.aside(() => new Promise<void>((resolve) => (answered = resolve))).then(() => log.push('answered'))
    })
    const b = guest(gate, log, 'b')
    const c = guest(gate, log, 'c')
    await b.entered
    answered()
    await turn()
    expect(log).toEqual(['b'])
    b.end()
    await turn()
    expect(log).toEqual(['b', 'answered'])
    over()
    await c.entered
    expect(log).toEqual(['b', 'answered', 'c'])
  })

  it('keeps no place for a request that ended while it waited aside', async () => {
    const gate = new Gate({ places: 1, waiting: 5, patienceMs: 60_000 })
    let answered = (): void => undefined
    let aside: Promise<void> | undefined
    await gate.enter((end) => {
      aside = gate.aside(() => new Promise<void>((resolve) => (answered = resolve)))
      end()
    })
    answered()
    await aside
    const log: string[] = []
    await guest(gate, log, 'next').entered
    expect(log).toEqual(['next'])
  })
})
