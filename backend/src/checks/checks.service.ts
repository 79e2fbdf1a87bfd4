// Starting the check of an installation; its result is that of its job.
import { randomUUID } from 'node:crypto'
import { AppError, type Job } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { JobsService } from '../jobs/jobs.service.js'

@Injectable()
export class ChecksService {
  constructor(private readonly jobs: JobsService) {}

  /** Throws `conflict` while a check waits or runs: a second one would only compete with it. */
  async start(): Promise<Job> {
    const { items } = await this.jobs.list({
      kind: 'installation.check',
      active: true,
      questions: false,
      offset: 0,
      limit: 1,
    })
    const running = items[0]
    if (running) throw new AppError('conflict', 'This installation is being checked already.', { jobId: running.id })
    const job = { kind: 'installation.check', subjectId: randomUUID() } as const
    return this.jobs.submit({ ...job, title: 'this installation', params: {} })
  }
}
