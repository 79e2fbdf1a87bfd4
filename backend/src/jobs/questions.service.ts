// Short questions to the worker, answered while the HTTP request waits.
import { EventEmitter } from 'node:events'
import {
  AppError,
  JOB_DONE_CHANNEL,
  type Job,
  type JobResult,
  type QuestionKind,
  resultOf,
  TERMINAL_STATES,
  WORKER_SILENT_SECONDS,
} from '@mistudio/contracts'
import type { JobOf, NewJob } from '@mistudio/ledger'
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common'
import { Gate } from '../common/gate.js'
import { RedisConnections } from '../common/redis.js'
import { JobsService } from './jobs.service.js'
import { QueuesRepository } from './queues.repository.js'

const WAIT_MS = 25_000
const POLL_MS = 250
/** How often a waiting request looks whether there still is a worker to wait for. */
const LOOK_MS = 1000

@Injectable()
export class QuestionsService implements OnApplicationBootstrap {
  private readonly logger = new Logger('Questions')
  private readonly done = new EventEmitter().setMaxListeners(0)

  constructor(
    private readonly jobs: JobsService,
    private readonly queues: QueuesRepository,
    private readonly redis: RedisConnections,
    private readonly gate: Gate,
  ) {}

  onApplicationBootstrap(): void {
    const subscriber = this.redis.connect('answers')
    subscriber.on('message', (_channel, id) => this.done.emit(id))
    subscriber.subscribe(JOB_DONE_CHANNEL).catch((error: Error) => {
      this.logger.warn(`Answers come by polling only: ${error.message}`)
    })
  }

  /**
   * Asks and waits at most 25 s. Throws what the worker answered with, `unavailable` when nobody can answer, `job_timeout` when the
   * answer takes too long; the question is then cancelled.
   */
  async ask<K extends QuestionKind>(question: JobOf<K>): Promise<JobResult<K>> {
    if (!this.redis.available) {
      throw new AppError('unavailable', 'Redis does not answer, so the worker cannot be asked. Try again in a moment.')
    }
    await this.requireWorker()
    const asked = await this.jobs.submit(question as NewJob)
    let ended: Job | null
    try {
      ended = await this.gate.aside(() => this.waitFor(asked.id))
    } catch (error) {
      await this.withdraw(asked.id)
      throw error
    }
    if (!ended) {
      await this.withdraw(asked.id)
      throw new AppError('job_timeout', 'The worker took longer than 25 s to answer. Try again when it has less to do.')
    }
    if (ended.state === 'completed' || ended.state === 'completed_with_errors')
      return resultOf(question.kind).parse(ended.result)
    if (ended.error) throw new AppError(ended.error.code, ended.error.message, ended.error.details)
    throw new AppError('conflict', 'The question was cancelled before it was answered.')
  }

  private async requireWorker(): Promise<void> {
    const silence = await this.queues.silence()
    if (silence !== null && silence < WORKER_SILENT_SECONDS) return
    throw new AppError(
      'unavailable',
      silence === null
        ? 'No worker is running. Start one (./start-mistudio.sh does) and try again.'
        : `No worker has answered for ${Math.round(silence)} s. The System page shows its state; if it stays silent, restart miStudio and try again.`,
    )
  }

  /** @throws AppError `unavailable` when the worker falls silent meanwhile. */
  private async waitFor(id: string): Promise<Job | null> {
    const until = Date.now() + WAIT_MS
    let lookAt = Date.now() + LOOK_MS
    while (Date.now() < until) {
      const job = await this.jobs.get(id)
      if (TERMINAL_STATES.includes(job.state)) return job
      if (Date.now() >= lookAt) {
        await this.requireWorker()
        lookAt = Date.now() + LOOK_MS
      }
      await this.nextSign(id)
    }
    return null
  }

  private async withdraw(id: string): Promise<void> {
    await this.jobs.act(id, 'cancel').catch(() => undefined)
  }

  /** Resolves at the worker's message or after the polling interval. */
  private nextSign(id: string): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer)
        this.done.off(id, finish)
        resolve()
      }
      const timer = setTimeout(finish, POLL_MS)
      this.done.once(id, finish)
    })
  }
}
