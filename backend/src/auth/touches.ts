// When something was used last is written at most once a minute: a busy key is no busy row. It is a note for the reader of the list and
// nothing depends on it, so whoever asks is let in also where it cannot be written (a full disk).
import { Logger } from '@nestjs/common'

const EVERY_MS = 60_000
const MAX_ENTRIES = 10_000

export class Touches {
  private readonly logger = new Logger('Auth')
  private readonly written = new Map<string, number>()

  constructor(private readonly now: () => number = Date.now) {}

  /** Writes that `id` is used now, unless that was tried less than a minute ago. */
  async note(id: string, write: () => Promise<void>): Promise<void> {
    if (!this.due(id)) return
    try {
      await write()
    } catch (error) {
      this.logger.warn(`The last use of ${id} could not be written: ${error instanceof Error ? error.message : error}`)
    }
  }

  private due(id: string): boolean {
    const now = this.now()
    if (now - (this.written.get(id) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return false
    if (this.written.size >= MAX_ENTRIES) this.written.clear()
    this.written.set(id, now)
    return true
  }
}
