// Where the time of a step goes, in milliseconds by phase.
import type { Exchange } from './exchange.js'

export class Clock {
  private phases: Record<string, number> = {}
  private last = 0
  private waited = 0

  constructor(private readonly exchange: Exchange) {}

  start(): void {
    this.phases = {}
    this.last = performance.now()
    this.waited = this.exchange.waited
  }

  /** Counts the time since the last call as `phase`, but for what was spent waiting for other shards. */
  lap(phase: string): void {
    const now = performance.now()
    const waiting = this.exchange.waited - this.waited
    this.add(phase, now - this.last - waiting)
    this.add('waiting', waiting)
    this.last = now
    this.waited = this.exchange.waited
  }

  /** Phases since the start. */
  read(): Record<string, number> {
    return this.phases
  }

  private add(phase: string, time: number): void {
    this.phases[phase] = (this.phases[phase] ?? 0) + time
  }
}
