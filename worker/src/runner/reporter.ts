// Numbers the reports of one job, sends them to the supervisor and knows which are stored. Progress is thinned out; nothing else is.
import type { FromRunner, JobProgress, Report } from '@mistudio/contracts'

const MAX_UNACKED = 256
const PROGRESS_EVERY_MS = 250

export class Reporter {
  private sent = 0
  private acked = 0
  private made = 0
  private readonly waiting: { n: number; report: Report }[] = []
  private readonly flushes: { upTo: number; done: () => void }[] = []
  private progressAt = 0
  private heldProgress: JobProgress | null = null
  private timer: NodeJS.Timeout | null = null

  constructor(
    private readonly jobId: string,
    private readonly send: (message: FromRunner) => void,
  ) {}

  report(report: Report): void {
    this.waiting.push({ n: ++this.made, report })
    this.pump()
  }

  /** Latest progress wins; at most four a second go out. */
  progress(progress: JobProgress): void {
    this.heldProgress = progress
    const wait = this.progressAt + PROGRESS_EVERY_MS - Date.now()
    if (wait <= 0) this.releaseProgress()
    else this.timer ??= setTimeout(() => this.releaseProgress(), wait)
  }

  /** Everything up to report `upTo` is stored. */
  acknowledge(upTo: number): void {
    this.acked = Math.max(this.acked, upTo)
    while (this.flushes[0] && this.flushes[0].upTo <= this.acked) this.flushes.shift()?.done()
    this.pump()
  }

  flush(): Promise<void> {
    this.releaseProgress()
    const upTo = this.made
    if (upTo <= this.acked) return Promise.resolve()
    return new Promise((done) => this.flushes.push({ upTo, done }))
  }

  private releaseProgress(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    if (!this.heldProgress) return
    const progress = this.heldProgress
    this.heldProgress = null
    this.progressAt = Date.now()
    this.report({ kind: 'progress', progress })
  }

  private pump(): void {
    while (this.waiting.length && this.sent - this.acked < MAX_UNACKED) {
      const next = this.waiting.shift()
      if (!next) return
      this.sent = next.n
      this.send({ type: 'report', jobId: this.jobId, n: next.n, report: next.report })
    }
  }
}
