// How much one sender may say: a bucket that fills at a steady rate. Enough for a page that opens all its channels at once, not for a flood.

export interface Rate {
  /** Messages at once. */
  readonly burst: number
  readonly perSecond: number
}

/** What a socket may send, and what all sockets of a key may send together. */
export const SOCKET_RATE: Rate = { burst: 200, perSecond: 20 }
export const KEY_RATE: Rate = { burst: 1000, perSecond: 100 }
export const SOCKETS_PER_KEY = 64

export class Budget {
  private left: number
  private at: number

  constructor(
    private readonly rate: Rate,
    private readonly now: () => number = Date.now,
  ) {
    this.left = rate.burst
    this.at = now()
  }

  /** Takes one; false when there is none left. */
  take(): boolean {
    const now = this.now()
    this.left = Math.min(this.rate.burst, this.left + ((now - this.at) / 1000) * this.rate.perSecond)
    this.at = now
    if (this.left < 1) return false
    this.left -= 1
    return true
  }
}
