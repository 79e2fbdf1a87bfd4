// Drives one attempt of one job on a runner: stores its reports, keeps its lease, passes on what the user wants, records its end.
import type { ErrorBody, FromRunner, JobControl, Report } from '@mistudio/contracts'
import { type Changed, type End, type Fence, FencedError, release, renew } from '@mistudio/ledger'
import type { Pool } from 'pg'
import type { WorkerConfig } from '../config.js'
import type { Control } from '../runner/context.js'
import { inTransaction, isConnectionLoss } from '../runner/database.js'
import { errorBody } from '../runner/errors.js'
import { packRun } from '../runs/index.js'
import type { Publisher } from './publisher.js'
import { Reach } from './reached.js'
import { storeReports } from './reports.js'
import type { RunnerProcess } from './runner-process.js'

const RENEW_MS = 1000
/** How long a runner may take to answer a cancel before it is killed. */
const CANCEL_GRACE_MS = 5000
const RETRY_MS = 500
/** A runner that dies this often without advancing is a poison pill. */
export const MAX_CRASHES = 5

/** A person waits for a question, so it is tried once more and no oftener. */
const MAX_QUESTION_CRASHES = 1

const overtimeError = (seconds: number): ErrorBody => ({
  code: 'job_timeout',
  message: `Looking at this took more than ${seconds} s and was ended, so that other questions are answered. It holds more than can be looked at in that time; a smaller file, or a machine with less to do, may do.`,
})

type Outcome = Extract<FromRunner, { type: 'outcome' }>['outcome'] | { state: 'crashed'; signal: string }

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

export class Execution {
  private readonly fence: Fence
  private readonly pending: { n: number; report: Report }[] = []
  private writing: Promise<void> = Promise.resolve()
  private control: JobControl
  private suspended = false
  private fenced = false
  private refused: ErrorBody | null = null
  private readonly reach: Reach
  private cancelTimer: NodeJS.Timeout | null = null
  private overtime = false
  private hung = false
  /** Runs that this attempt reported values of. */
  private readonly runs = new Set<string>()

  constructor(
    private readonly db: Pool,
    private readonly publisher: Publisher,
    private readonly runner: RunnerProcess,
    private readonly claimed: Changed,
    private readonly limits: Pick<WorkerConfig, 'questionSeconds' | 'silentSeconds'>,
  ) {
    const { job, row } = claimed
    this.fence = { id: job.id, owner: String(job.owner), attempt: job.attempt }
    this.control = job.control
    this.reach = new Reach(row.reached)
  }

  /** Runs to the end of the attempt and returns the state in which the job was left; null when it was taken from us. */
  async run(): Promise<Changed | null> {
    const outcome = this.drive()
    const renewal = setInterval(() => {
      this.endTheHung()
      void this.renew()
    }, RENEW_MS)
    const limit =
      this.claimed.job.queue === 'questions'
        ? setTimeout(() => this.timeOut(), 1000 * this.limits.questionSeconds)
        : null
    try {
      const how = await outcome
      await this.writing
      return this.fenced ? null : await this.finish(how)
    } catch (error) {
      if (error instanceof FencedError) return null
      throw error
    } finally {
      clearInterval(renewal)
      if (limit) clearTimeout(limit)
      if (this.cancelTimer) clearTimeout(this.cancelTimer)
      this.runner.jobId = null
      this.runner.listen(null)
    }
  }

  /** The worker goes down: ask for a checkpoint; what the runner does not answer in time counts as suspended all the same. */
  suspend(): void {
    this.suspended = true
    this.pass('suspend')
  }

  kill(): void {
    this.runner.kill()
  }

  /** A question that takes too long makes room for others: its runner ends, and the next question gets a new one. */
  private timeOut(): void {
    this.overtime = true
    this.runner.kill()
  }

  /** A runner that hangs ends, and its job goes on from what it stored last. A question has its own, shorter limit. */
  private endTheHung(): void {
    if (!this.runner.alive || this.runner.silentSeconds < this.limits.silentSeconds) return
    console.error(`job ${this.fence.id}: its runner was not heard for ${this.limits.silentSeconds} s and is ended`)
    this.hung = true
    this.runner.kill()
  }

  private drive(): Promise<Outcome> {
    const { id, kind, subjectId, attempt } = this.claimed.job
    const { params } = this.claimed.row
    return new Promise((done) => {
      this.runner.jobId = id
      this.runner.listen({
        message: (message) => {
          if (message.type === 'report' && message.jobId === id) this.receive(message.n, message.report)
          else if (message.type === 'outcome' && message.jobId === id) done(message.outcome)
        },
        death: (signal) => done({ state: 'crashed', signal: this.hung ? 'no sign of life' : signal }),
      })
      if (!this.runner.alive) return done({ state: 'crashed', signal: 'died before the start' })
      const job = { id, kind, subjectId, attempt, owner: this.fence.owner, params }
      this.runner.send({ type: 'start', job })
      if (this.control !== 'run') this.apply(this.control)
    })
  }

  private receive(n: number, report: Report): void {
    if (report.kind === 'progress') this.reach.note(report.progress)
    this.pending.push({ n, report })
    if (this.pending.length === 1) this.writing = this.writing.then(() => this.write())
  }

  /** Writes what is pending in one transaction; while the database is away it waits, and the runner waits for the acknowledgement. */
  private async write(): Promise<void> {
    const batch = this.pending.slice()
    const advance = this.reach.take()
    for (;;) {
      try {
        if (this.fenced || this.refused || !batch.length) return
        const { changed, values } = await storeReports(
          this.db,
          this.fence,
          batch.map(({ report }) => report),
          advance,
        )
        this.publisher.changed(changed)
        this.publisher.values(values)
        for (const { runId } of values) this.runs.add(runId)
        break
      } catch (error) {
        if (error instanceof FencedError) return this.lose()
        if (!isConnectionLoss(error)) return this.refuse(error)
        console.error(`job ${this.fence.id}: reports could not be stored yet:`, error)
        await pause(RETRY_MS)
      }
    }
    this.pending.splice(0, batch.length)
    this.runner.send({ type: 'ack', jobId: this.fence.id, upTo: batch.at(-1)?.n ?? 0 })
    if (this.pending.length) await this.write()
  }

  private async renew(): Promise<void> {
    try {
      const wanted = await renew(this.db, this.fence)
      if (wanted !== this.control && !this.suspended) this.apply(wanted)
    } catch (error) {
      if (error instanceof FencedError) this.lose()
      else console.error(`job ${this.fence.id}: the lease could not be renewed yet:`, error)
    }
  }

  private apply(wanted: JobControl): void {
    this.control = wanted
    this.pass(wanted)
    if (wanted === 'cancel' && !this.cancelTimer)
      this.cancelTimer = setTimeout(() => this.runner.kill(), CANCEL_GRACE_MS)
  }

  private pass(control: Control): void {
    this.runner.send({ type: 'control', jobId: this.fence.id, control })
  }

  /** Somebody else owns the job: this attempt must not do anything more. */
  private lose(): void {
    this.fenced = true
    this.pending.length = 0
    if (this.runner.jobId === this.fence.id) this.runner.kill()
  }

  /** The database refuses what the runner reported: waiting does not help, so the job fails with the reason. */
  private refuse(error: unknown): void {
    console.error(`job ${this.fence.id}: its reports cannot be stored:`, error)
    this.refused = errorBody(error)
    this.pending.length = 0
    this.runner.kill()
  }

  private async finish(outcome: Outcome): Promise<Changed> {
    let end = this.endOf(outcome)
    for (;;) {
      try {
        const changed = await inTransaction(this.db, (tx) => release(tx, this.fence, end))
        this.publisher.changed(changed)
        await this.packRuns()
        return changed
      } catch (error) {
        if (error instanceof FencedError) throw error
        if (!isConnectionLoss(error) && end.state !== 'failed') end = { state: 'failed', error: errorBody(error) }
        console.error(`job ${this.fence.id}: its end could not be stored yet:`, error)
        await pause(RETRY_MS)
      }
    }
  }

  /** Best effort: what stays in a tail is read all the same, and packed at the next start. */
  private async packRuns(): Promise<void> {
    for (const id of this.runs) {
      await packRun(this.db, id).catch((error) =>
        console.error(`run ${id}: its metrics could not be packed yet:`, error),
      )
    }
  }

  private endOf(outcome: Outcome): End {
    if (this.refused) return { state: 'failed', error: this.refused }
    switch (outcome.state) {
      case 'completed':
      case 'completed_with_errors':
        return { state: outcome.state, result: outcome.result ?? null }
      case 'failed':
        return { state: 'failed', error: outcome.error }
      case 'paused':
      case 'cancelled':
        return { state: outcome.state }
      case 'suspended':
        return { state: 'queued' }
      case 'crashed':
        return this.endOfCrash(outcome.signal)
    }
  }

  private endOfCrash(signal: string): End {
    if (this.control === 'cancel') return { state: 'cancelled' }
    if (this.suspended) return { state: 'queued' }
    if (this.overtime) return { state: 'failed', error: overtimeError(this.limits.questionSeconds) }
    const crashes = (this.reach.advanced ? 0 : this.claimed.job.crashes) + 1
    const most = this.claimed.job.queue === 'questions' ? MAX_QUESTION_CRASHES : MAX_CRASHES
    if (crashes <= most) return { state: 'queued', crash: { signal } }
    const message = `Its process died ${crashes} times without advancing (last: ${signal}). This is often too little memory: choose a smaller batch, buffer or model, then retry.`
    return { state: 'failed', error: { code: 'job_crashed', message, details: { signal, crashes } }, crash: { signal } }
  }
}
