// How many requests are worked on at once. The others wait in a queue of bounded length and time; what would wait too long is told so
// at the door, before anything was done, instead of failing half-way on a connection that never comes.
import { AsyncLocalStorage } from 'node:async_hooks'
import { AppError } from '@mistudio/contracts'

export interface GateLimits {
  /** Requests worked on at once: two for every connection of the pool. */
  readonly places: number
  readonly waiting: number
  readonly patienceMs: number
}

const GATE_LIMITS: GateLimits = { places: 24, waiting: 1000, patienceMs: 10_000 }

/** The right to be worked on. */
interface Place {
  /** Gives it up for a while. */
  free(): void
  /** Takes it again, before everybody who waits at the door. */
  take(): Promise<void>
  /** Gives it up for good. */
  end(): void
}

interface Waiter {
  readonly enter: () => void
}

export class Gate {
  private taken = 0
  private readonly back: Waiter[] = []
  private readonly door = new Set<Waiter>()
  private readonly current = new AsyncLocalStorage<Place>()

  constructor(private readonly limits: GateLimits = GATE_LIMITS) {}

  /** Runs `work` as soon as there is a place; the caller calls `end` when it is over. @throws AppError `unavailable` when there will be none in time. */
  async enter(work: (end: () => void) => void): Promise<void> {
    await this.atTheDoor()
    const place = this.place()
    this.current.run(place, () => work(place.end))
  }

  /** What runs in this place is over, although its caller does not know yet: an answer that still streams needs no place. */
  leave(): void {
    this.current.getStore()?.end()
  }

  /** Waits for something outside (the worker, another process) without keeping others from being worked on. */
  async aside<T>(waiting: () => Promise<T>): Promise<T> {
    const place = this.current.getStore()
    place?.free()
    try {
      return await waiting()
    } finally {
      await place?.take()
    }
  }

  private atTheDoor(): Promise<void> {
    if (this.taken < this.limits.places) {
      this.taken += 1
      return Promise.resolve()
    }
    if (this.door.size >= this.limits.waiting) return Promise.reject(busy())
    return new Promise((enter, refuse) => {
      const waiter: Waiter = {
        enter: () => {
          clearTimeout(timer)
          this.door.delete(waiter)
          enter()
        },
      }
      const timer = setTimeout(() => {
        this.door.delete(waiter)
        refuse(busy())
      }, this.limits.patienceMs)
      this.door.add(waiter)
    })
  }

  private place(): Place {
    let held = true
    let over = false
    const free = (): void => {
      if (!held) return
      held = false
      this.pass()
    }
    const take = async (): Promise<void> => {
      if (held || over) return
      if (this.taken < this.limits.places) this.taken += 1
      else await new Promise<void>((enter) => this.back.push({ enter }))
      held = true
      if (over) free()
    }
    const end = (): void => {
      over = true
      free()
    }
    return { free, take, end }
  }

  /** The place goes to whoever waits longest, those first who were inside already. */
  private pass(): void {
    const [first] = this.door
    const next = this.back.shift() ?? first
    if (next) next.enter()
    else this.taken -= 1
  }
}

const busy = (): AppError =>
  new AppError('unavailable', 'Too many requests wait for an answer already. Try again in a moment.', { retryAfter: 2 })
