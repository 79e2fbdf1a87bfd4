// The gap-free tail of one job's events: takes events in any order and any number of times, hands them on once and in order.
// Knows nothing of sockets; when something is missing it says so, and the caller fetches.
import type { JobEvent } from '@mistudio/contracts'

export class EventTail {
  private pending = new Map<number, JobEvent>()

  /** @param last sequence number of the newest event already known (-1: none). */
  constructor(private last: number) {}

  get seq(): number {
    return this.last
  }

  /** Events wait for one that has not come. */
  get hasGap(): boolean {
    return this.pending.size > 0
  }

  /** Takes a live event; returns what is now in order (empty while something is missing). */
  push(event: JobEvent): JobEvent[] {
    if (event.seq <= this.last) return []
    this.pending.set(event.seq, event)
    return this.drain()
  }

  /** Takes the server's own list of everything after `seq`. Numbers absent from it are not stored and not waited for. */
  reconcile(fetched: readonly JobEvent[]): JobEvent[] {
    const fresh = fetched.filter((event) => event.seq > this.last).sort((a, b) => a.seq - b.seq)
    for (const event of fresh) {
      this.pending.delete(event.seq)
      this.last = event.seq
    }
    for (const seq of [...this.pending.keys()]) if (seq <= this.last) this.pending.delete(seq)
    return [...fresh, ...this.drain()]
  }

  /** After a fetch that brought nothing older: what waits is all there is. */
  release(): JobEvent[] {
    const rest = [...this.pending.values()].sort((a, b) => a.seq - b.seq)
    this.pending.clear()
    this.last = rest.at(-1)?.seq ?? this.last
    return rest
  }

  private drain(): JobEvent[] {
    const ready: JobEvent[] = []
    for (let next = this.pending.get(this.last + 1); next; next = this.pending.get(this.last + 1)) {
      this.pending.delete(next.seq)
      this.last = next.seq
      ready.push(next)
    }
    return ready
  }
}
