import { Module } from '@nestjs/common'
import { JobsController } from './jobs.controller.js'
import { JobsRepository } from './jobs.repository.js'
import { JobsService } from './jobs.service.js'
import { QuestionsService } from './questions.service.js'
import { Queues } from './queues.js'
import { QueuesRepository } from './queues.repository.js'

@Module({
  controllers: [JobsController],
  providers: [JobsService, JobsRepository, QuestionsService, Queues, QueuesRepository],
  exports: [JobsService, QuestionsService, JobsRepository],
})
export class JobsModule {}
