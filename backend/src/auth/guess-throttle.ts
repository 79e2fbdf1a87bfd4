// Slows down guessing of secrets: after some different wrong ones from an address, only secrets that were right before are looked at for
// a while. The same wrong one again is no guess: a page whose session ended asks often.
// So nobody who holds a good key is kept out by a guesser behind the same address. A secret counts from when it is looked at, so that a
// thousand guesses at once are no more than a thousand one by one.
import { AppError } from '@mistudio/contracts'
import { networkOf } from './network.js'
import { hashSecret } from './secrets.js'

const WINDOW_MS = 60_000
const MAX_ENTRIES = 10_000

interface Window {
  readonly started: number
  /** Hashes of the wrong secrets. */
  readonly wrong: Set<string>
  /** How many look right now at each secret of which nothing is known yet, by hash. */
  readonly open: Map<string, number>
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
    if (this.right.has(hash)) return this.note(hash, this.windowOf(address), await look())
    const window = this.windowOf(address)
    if (window.wrong.has(hash)) return null
    this.refuseGuessers(window, hash)
    window.open.set(hash, (window.open.get(hash) ?? 0) + 1)
    try {
      return this.note(hash, window, await look())
    } finally {
      const others = (window.open.get(hash) ?? 1) - 1
      if (others > 0) window.open.set(hash, others)
      else window.open.delete(hash)
    }
  }

  /** A secret that was just made here: its owner is let in although others guess. */
  know(secret: string): void {
    this.remember(hashSecret(secret))
  }

  private note<T>(hash: string, window: Window, found: T | null): T | null {
    if (found === null) {
      this.right.delete(hash)
      window.wrong.add(hash)
    } else this.remember(hash)
    return found
  }

  private remember(hash: string): void {
    if (this.right.size >= MAX_ENTRIES) this.right.clear()
    this.right.add(hash)
  }

  /** The minute of an address that is not over; a new one when there is none. */
  private windowOf(address: string): Window {
    const network = networkOf(address)
    const known = this.windows.get(network)
    if (known && this.now() - known.started < WINDOW_MS) return known
    const window: Window = { started: this.now(), wrong: new Set(), open: new Map() }
    // Behind all others, so that the first is the oldest: who guesses from everywhere pushes out no younger minute.
    this.windows.delete(network)
    const [oldest] = this.windows.keys()
    if (oldest !== undefined && this.windows.size >= MAX_ENTRIES) this.windows.delete(oldest)
    this.windows.set(network, window)
    return window
  }

  private refuseGuessers({ started, wrong, open }: Window, hash: string): void {
    if (open.has(hash) || wrong.size + open.size < this.tries) return
    // While secrets are only being looked at, a moment is enough.
    const retryAfter = wrong.size < this.tries ? 1 : Math.ceil((started + WINDOW_MS - this.now()) / 1000)
    throw new AppError(
      'rate_limited',
      `Too many wrong keys or links from this address. Try again in ${retryAfter} s.`,
      { retryAfter },
    )
  }
}
