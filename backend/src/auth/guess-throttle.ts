// Slows down guessing of secrets: after some different wrong ones from an address, only secrets that were right before are looked at for
// a while. The same wrong one again is no guess: a page whose session ended asks often.
// So nobody who holds a good key is kept out by a guesser behind the same address.
import { AppError } from '@mistudio/contracts'
import { hashSecret } from './secrets.js'

const WINDOW_MS = 60_000
const MAX_ENTRIES = 10_000

interface Window {
  readonly started: number
  /** Hashes of the wrong secrets. */
  readonly wrong: Set<string>
}

export class GuessThrottle {
  private readonly windows = new Map<string, Window>()
  /** Hashes of secrets that were right; those of keys that are deleted since are simply wrong again. */
  private readonly right = new Set<string>()

  /** @param tries wrong secrets per address and minute. */
  constructor(
    private readonly tries: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Looks a secret up, unless too many wrong ones came from this address. Null: it is wrong. @throws AppError `rate_limited`. */
  async look<T>(address: string, secret: string, look: () => Promise<T | null>): Promise<T | null> {
    const hash = hashSecret(secret)
    if (!this.right.has(hash)) {
      if (this.windowOf(address)?.wrong.has(hash)) return null
      this.refuseGuessers(address)
    }
    const found = await look()
    if (found === null) {
      this.right.delete(hash)
      this.count(address, hash)
    } else {
      if (this.right.size >= MAX_ENTRIES) this.right.clear()
      this.right.add(hash)
    }
    return found
  }

  /** The minute of an address that is not over. */
  private windowOf(address: string): Window | null {
    const window = this.windows.get(address)
    return window && this.now() - window.started < WINDOW_MS ? window : null
  }

  private refuseGuessers(address: string): void {
    const window = this.windowOf(address)
    if (!window || window.wrong.size < this.tries) return
    const retryAfter = Math.ceil((window.started + WINDOW_MS - this.now()) / 1000)
    throw new AppError(
      'rate_limited',
      `Too many wrong keys or links from this address. Try again in ${retryAfter} s.`,
      {
        retryAfter,
      },
    )
  }

  private count(address: string, hash: string): void {
    const window = this.windowOf(address)
    if (window) return void window.wrong.add(hash)
    if (this.windows.size >= MAX_ENTRIES) this.windows.clear()
    this.windows.set(address, { started: this.now(), wrong: new Set([hash]) })
  }
}
