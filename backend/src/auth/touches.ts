// When something was used last is written at most once a minute: a busy key is no busy row.
const EVERY_MS = 60_000
const MAX_ENTRIES = 10_000

export class Touches {
  private readonly written = new Map<string, number>()

  constructor(private readonly now: () => number = Date.now) {}

  /** Whether the use of `id` is to be written now; it then counts as written. */
  due(id: string): boolean {
    const now = this.now()
    if (now - (this.written.get(id) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return false
    if (this.written.size >= MAX_ENTRIES) this.written.clear()
    this.written.set(id, now)
    return true
  }
}
