// HTTP of the ledger.

import {
  AppError,
  type EventsQuerySchema,
  type Job,
  JobActionSchema,
  type JobEvent,
  type JobListQuery,
  type Queues,
} from '@mistudio/contracts'
import { Controller, Param } from '@nestjs/common'
import type { z } from 'zod'
import { IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import { JobsService } from './jobs.service.js'
import { QueuesRepository } from './queues.repository.js'

@Controller()
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly queueState: QueuesRepository,
  ) {}

  @Serve('listJobs')
  list(@QueryOf('listJobs') query: JobListQuery): Promise<Page<Job>> {
    return this.jobs.list(query)
  }

  @Serve('getJob')
  get(@IdParam() id: string): Promise<Job> {
    return this.jobs.get(id)
  }

  @Serve('getQueues')
  queues(): Promise<Queues> {
    return this.queueState.queues()
  }

  @Serve('jobEvents')
  events(@IdParam() id: string, @QueryOf('jobEvents') query: z.infer<typeof EventsQuerySchema>): Promise<JobEvent[]> {
    return this.jobs.events(id, query.after, query.limit)
  }

  @Serve('jobAction')
  act(@IdParam() id: string, @Param('action') action: string): Promise<Job> {
    const parsed = JobActionSchema.safeParse(action)
    if (parsed.success) return this.jobs.act(id, parsed.data)
    throw new AppError(
      'not_found',
      `There is no job action "${action}". There are: ${JobActionSchema.options.join(', ')}.`,
    )
  }
}
