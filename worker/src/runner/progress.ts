// Rate and remaining time of a long stage from what was done recently. Pure; the caller brings the clock.
import type { JobProgress } from '@mistudio/contracts'

/** Milliseconds of the past that the rate looks at. */
const WINDOW = 10_000
/** Milliseconds between remembered moments: bounds what is kept when progress comes often. */
const GRAIN = 200

export class StageProgress {
  private readonly marks: { at: number; done: number }[] = []

  constructor(
    private readonly stage: string,
    private readonly unit: string,
  ) {}

  /**
   * Progress after `done` of `total` units at time `now` (ms). The rate is null until there are two moments to compare.
   */
  at(done: number, total: number, now: number): JobProgress {
    const last = this.marks.at(-1)
    if (!last || now - last.at >= GRAIN) this.marks.push({ at: now, done })
    while (this.marks.length > 2 && now - this.marks[0]!.at > WINDOW) this.marks.shift()
    const first = this.marks[0]!
    const elapsed = (now - first.at) / 1000
    const rate = elapsed > 0 && done > first.done ? (done - first.done) / elapsed : null
    return {
      stage: this.stage,
      unit: this.unit,
      done,
      total,
      rate,
      fraction: total > 0 ? Math.min(1, done / total) : null,
      etaSeconds: rate ? Math.max(0, (total - done) / rate) : null,
    }
  }
}
