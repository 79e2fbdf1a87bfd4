// The check of what the product keeps: what it found, and its start, by a user or when nothing else is to be done.
import { randomUUID } from 'node:crypto'
import { AppError, type CheckStored, type Job, STORED_CHECK_DAYS, type StoredData } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { StoredChecksRepository } from '../common/stored-checks.repository.js'
import { JobsService } from '../jobs/jobs.service.js'

@Injectable()
export class StoredDataService {
  constructor(
    private readonly checks: StoredChecksRepository,
    private readonly jobs: JobsService,
  ) {}

  async get(): Promise<StoredData> {
    return { ...(await this.checks.summary()), job: await this.active() }
  }

  /** Throws `conflict` while a check waits or runs. */
  async check({ target }: CheckStored): Promise<Job> {
    const active = await this.active()
    if (active) throw new AppError('conflict', 'What is stored is being checked already.', { jobId: active.id })
    const title = target ? 'one of the things stored' : 'everything stored'
    return this.jobs.submit({ ...subject(), title, params: { target, olderThanDays: 0, givesWay: false } })
  }

  /** Looks at what was not looked at for a week, if there is nothing else to do. */
  async checkWhenIdle(): Promise<void> {
    if (!(await this.checks.isDue(STORED_CHECK_DAYS))) return
    const { meta } = await this.jobs.list({ active: true, questions: true, offset: 0, limit: 1 })
    if (meta.total > 0) return
    const params = { target: null, olderThanDays: STORED_CHECK_DAYS, givesWay: true }
    await this.jobs.submit({ ...subject(), title: 'what was not looked at for a week', params })
  }

  private async active(): Promise<Job | null> {
    const query = { kind: 'data.check', active: true, questions: false, offset: 0, limit: 1 } as const
    return (await this.jobs.list(query)).items[0] ?? null
  }
}

const subject = () => ({ kind: 'data.check', subjectId: randomUUID() }) as const
