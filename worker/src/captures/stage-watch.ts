// Work done and seconds taken per stage of one attempt at a capture: what later estimates are made of.
import type { CaptureTiming } from '@mistudio/contracts'

export class StageWatch {
  private readonly began = performance.now()
  private readonly stages: CaptureTiming = { capturing: null, measuring: null, comparing: null }

  /** Runs `run`, which does `work` units of a stage. Nothing is counted when there is no work or it throws. */
  async time<T>(stage: keyof CaptureTiming, work: number, run: () => Promise<T>): Promise<T> {
    const start = performance.now()
    const result = await run()
    const { work: before, seconds } = this.stages[stage] ?? { work: 0, seconds: 0 }
    if (work > 0) {
      this.stages[stage] = { work: before + work, seconds: seconds + (performance.now() - start) / 1000 }
    }
    return result
  }

  /** Since the beginning. */
  seconds(): number {
    return (performance.now() - this.began) / 1000
  }

  timing(): CaptureTiming {
    return { ...this.stages }
  }
}
