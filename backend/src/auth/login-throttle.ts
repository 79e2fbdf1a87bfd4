// Slows down guessing at the sign-in routes: a fixed number of tries per address and minute.
import { AppError } from '@mistudio/contracts'

const WINDOW_MS = 60_000
const TRIES = 10
const MAX_ADDRESSES = 10_000

export class LoginThrottle {
  private readonly windows = new Map<string, { started: number; tries: number }>()

  constructor(private readonly now: () => number = Date.now) {}

  /** Counts one try. Throws `rate_limited` beyond ten a minute. */
  count(address: string): void {
    const now = this.now()
    const window = this.windows.get(address)
    if (!window || now - window.started >= WINDOW_MS) {
      if (this.windows.size >= MAX_ADDRESSES) this.windows.clear()
      this.windows.set(address, { started: now, tries: 1 })
      return
    }
    window.tries += 1
    if (window.tries <= TRIES) return
    const retryAfter = Math.ceil((window.started + WINDOW_MS - now) / 1000)
    throw new AppError('rate_limited', `Too many sign-in tries. Try again in ${retryAfter} s.`, { retryAfter })
  }
}
