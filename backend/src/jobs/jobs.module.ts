import { Module } from '@nestjs/common'
import { JobsController } from './jobs.controller.js'
import { JobsRepository } from './jobs.repository.js'
import { JobsService } from './jobs.service.js'
import { QuestionsService } from './questions.service.js'
import { Queues } from './queues.js'

@Module({
  controllers: [JobsController],
  providers: [JobsService, JobsRepository, QuestionsService, Queues],
  exports: [JobsService, QuestionsService, JobsRepository],
})
export class JobsModule {}
