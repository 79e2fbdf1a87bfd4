// The heartbeat of a dataset job inside its loops: lets messages in, reports progress, and stops when the user wants it.
import { setImmediate } from 'node:timers/promises'
import type { JobProgress } from '@mistudio/contracts'
import type { Interrupted, JobContext } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'

/** Longest time in ms without looking at the control. */
const BEAT_MS = 50

export class Pulse {
  #last = performance.now()

  constructor(private readonly context: Pick<JobContext<unknown>, 'control' | 'progress'>) {}

  /** Call often. @throws Interruption when the job should not go on. */
  async beat(progress: (now: number) => JobProgress): Promise<void> {
    const now = performance.now()
    if (now - this.#last < BEAT_MS) return
    await this.stop()
    this.context.progress(progress(now))
    this.#last = performance.now()
  }

  /** Lets waiting messages in, then looks at the control. Nothing of a dataset job can be kept half done: `stop` counts as `cancel`. */
  async stop(): Promise<void> {
    await setImmediate()
    const control = this.context.control()
    checkControl(control === 'stop' ? 'cancel' : control)
  }
}

/** Outcome of `work`, or what the interruption out of it asks for. */
export async function interruptible<T>(work: () => Promise<T>): Promise<T | Interrupted> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Interruption) return error.outcome
    throw error
  }
}

/**
 * Progress of a stage that counts one thing (tokens) and knows its end by another (documents): rate in the first, fraction and
 * remaining time by the second.
 */
export class TwofoldProgress {
  readonly #counted: StageProgress
  readonly #known: StageProgress

  constructor(stage: string, unit: string) {
    this.#counted = new StageProgress(stage, unit)
    this.#known = new StageProgress(stage, unit)
  }

  at(counted: number, done: number, total: number, now: number): JobProgress {
    const { fraction, etaSeconds } = this.#known.at(done, total, now)
    return { ...this.#counted.at(counted, 0, now), total: null, fraction, etaSeconds: etaSeconds ?? null }
  }
}
