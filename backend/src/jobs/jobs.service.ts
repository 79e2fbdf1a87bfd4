// Rules of the ledger for the API: making jobs together with their subjects, acting on them, ending those of a deleted subject.
import { AppError, type Job, type JobAction, type JobEvent, type JobListQuery } from '@mistudio/contracts'
import { type Changed, changeFor, type NewJob } from '@mistudio/ledger'
import { Injectable } from '@nestjs/common'
import type { Tx } from '../common/database.js'
import { Gate } from '../common/gate.js'
import type { Page } from '../common/route.js'
import { sleep } from '../common/time.js'
import { LivePublisher } from '../live/publisher.js'
import { JobsRepository } from './jobs.repository.js'
import { Queues } from './queues.js'

/** How often an action is tried again when the worker changes the row at the same moment. */
const TRIES = 5
/** How long a deletion waits for a running job to let go of its files. */
const LET_GO_MS = 6000

@Injectable()
export class JobsService {
  constructor(
    private readonly repository: JobsRepository,
    private readonly queues: Queues,
    private readonly publisher: LivePublisher,
    private readonly gate: Gate,
  ) {}

  /**
   * Stores the job, and whatever `withSubject` writes, in one transaction; then queues it. Without `withSubject` the subject must be there.
   * @throws AppError `conflict` when it is not.
   */
  async submit(job: NewJob, withSubject?: (tx: Tx) => Promise<void>): Promise<Job> {
    const changed = await this.repository.submit(job, withSubject)
    await this.announce(changed)
    return changed.job
  }

  async get(id: string): Promise<Job> {
    const job = await this.repository.find(id)
    if (!job) throw new AppError('not_found', 'There is no such job.')
    return job
  }

  async list(query: JobListQuery): Promise<Page<Job>> {
    const { items, total } = await this.repository.list(query)
    return { items, meta: { total, offset: query.offset, limit: query.limit } }
  }

  async events(id: string, after: number, limit: number): Promise<JobEvent[]> {
    await this.get(id)
    return this.repository.events(id, after, limit)
  }

  newestOf(subjectIds: readonly string[]): Promise<Map<string, Job>> {
    return this.repository.newestOf(subjectIds)
  }

  activeOf(subjectIds: readonly string[], tx?: Tx): Promise<Job[]> {
    return this.repository.activeOf(subjectIds, tx)
  }

  /** Carries out an action. Throws `wrong_state` when the job's state does not allow it. */
  async act(id: string, action: JobAction): Promise<Job> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const job = await this.get(id)
      const change = changeFor(job, action)
      if (change.state === job.state && change.control === job.control) return job
      const changed = await this.repository.change(job, change)
      if (changed) {
        await this.announce(changed)
        return changed.job
      }
    }
    throw new AppError('conflict', 'The job changes too fast right now. Try again.')
  }

  /**
   * Ends every active job of the subjects before they are deleted. A running job gets a few seconds to let go; one that does not is
   * taken from its runner, whose later writes the ledger then refuses.
   */
  async cancelAllOf(subjectIds: readonly string[]): Promise<void> {
    const wanted = await this.repository.activeOf(subjectIds)
    await Promise.all(wanted.map(({ id }) => this.cancelIfActive(id)))
    const until = Date.now() + LET_GO_MS
    let left = await this.repository.activeOf(subjectIds)
    while (left.length > 0 && Date.now() < until) {
      await this.gate.aside(() => sleep(200))
      left = await this.repository.activeOf(subjectIds)
    }
    for (const job of left) {
      const changed = await this.repository.change(job, { state: 'cancelled', control: 'cancel', fresh: false })
      if (changed) await this.announce(changed)
    }
  }

  private async cancelIfActive(id: string): Promise<void> {
    try {
      await this.act(id, 'cancel')
    } catch (error) {
      // It ended between the look and the action.
      if (!(error instanceof AppError && error.code === 'wrong_state')) throw error
    }
  }

  private async announce({ job, row, events }: Changed): Promise<void> {
    this.publisher.job(job)
    for (const event of events) this.publisher.jobEvent(job, event)
    if (job.state === 'queued') await this.queues.add(job, row.dispatch)
  }
}
