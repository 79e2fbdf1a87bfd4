import { Module } from '@nestjs/common'
import { JobsModule } from '../jobs/jobs.module.js'
import { ModelsModule } from '../models/models.module.js'
import { HubController } from './hub.controller.js'
import { HubRepository } from './hub.repository.js'
import { HubService } from './hub.service.js'

@Module({
  imports: [JobsModule, ModelsModule],
  controllers: [HubController],
  providers: [HubService, HubRepository],
})
export class HubModule {}
