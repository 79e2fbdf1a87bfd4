// The runner of one queue class: a fresh process per job, or one that stays warm while it is used.
import type { QueueClass } from '@mistudio/contracts'
import { RunnerProcess } from './runner-process.js'

const IDLE_MS = 10 * 60_000

export class RunnerSlot {
  private runner: RunnerProcess | null = null
  private idle: NodeJS.Timeout | null = null

  constructor(
    readonly queue: QueueClass,
    private readonly entry: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  get current(): RunnerProcess | null {
    return this.runner
  }

  take(): RunnerProcess {
    if (this.idle) clearTimeout(this.idle)
    if (!this.runner?.alive) this.runner = new RunnerProcess(this.entry, this.env)
    return this.runner
  }

  /** After a job: interactive runners stay (models stay loaded), the others end and so give back all memory. */
  give(): void {
    if (this.queue === 'interactive') this.idle = setTimeout(() => this.end(), IDLE_MS)
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
