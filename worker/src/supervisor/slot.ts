// The runners of one queue class: a fresh process per job, or one that stays warm while it is used.
import type { QueueClass } from '@mistudio/contracts'
import { RunnerProcess } from './runner-process.js'

/** How many jobs of a class run at once. */
export const AT_ONCE: Readonly<Record<QueueClass, number>> = { compute: 1, interactive: 1, questions: 3, io: 1 }

/** How long a runner waits for its next job: models stay loaded; of those for questions the first is ready for the next, the others go soon. */
const idleMs = (queue: QueueClass, place: number): number => {
  if (queue === 'interactive') return 10 * 60_000
  if (queue === 'questions') return place === 0 ? 2 * 60_000 : 15_000
  return 0
}

/** What a question may hold in JavaScript's own memory, MiB: a file that needs more ends its runner, not the machine. */
const QUESTION_HEAP_MIB = 2048

export class RunnerSlot {
  private runner: RunnerProcess | null = null
  private idle: NodeJS.Timeout | null = null
  private taken = false

  constructor(
    readonly queue: QueueClass,
    private readonly place: number,
    private readonly entry: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  get current(): RunnerProcess | null {
    return this.runner
  }

  get free(): boolean {
    return !this.taken
  }

  take(): RunnerProcess {
    if (this.idle) clearTimeout(this.idle)
    this.taken = true
    const options = this.queue === 'questions' ? [`--max-old-space-size=${QUESTION_HEAP_MIB}`] : []
    if (!this.runner?.alive) this.runner = new RunnerProcess(this.entry, this.env, options)
    return this.runner
  }

  /** After a job: some runners stay for a while, the others end and so give back all memory. */
  give(): void {
    this.taken = false
    const wait = idleMs(this.queue, this.place)
    if (wait > 0) this.idle = setTimeout(() => this.end(), wait)
    else this.end()
  }

  end(): void {
    if (this.idle) clearTimeout(this.idle)
    const runner = this.runner
    this.runner = null
    if (!runner?.alive) return
    runner.send({ type: 'exit' })
    setTimeout(() => runner.alive && runner.kill(), 2000).unref()
  }
}

/** All runners of a class. */
export class RunnerPool {
  readonly slots: readonly RunnerSlot[]

  constructor(queue: QueueClass, entry: string, env: NodeJS.ProcessEnv) {
    this.slots = Array.from({ length: AT_ONCE[queue] }, (_, place) => new RunnerSlot(queue, place, entry, env))
  }

  /** The first free one, which is the likeliest to be warm. Callers take no more at once than there are. */
  free(): RunnerSlot {
    const slot = this.slots.find(({ free }) => free)
    if (!slot) throw new Error('Every runner of this class is taken.')
    return slot
  }

  end(): void {
    for (const slot of this.slots) slot.end()
  }
}
