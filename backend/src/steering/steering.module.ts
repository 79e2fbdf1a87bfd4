import { Module } from '@nestjs/common'
import { ExtractionsModule } from '../extractions/extractions.module.js'
import { FeaturesModule } from '../features/features.module.js'
import { FilesModule } from '../files/files.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { ModelsModule } from '../models/models.module.js'
import { SteeringController } from './steering.controller.js'
import { SteeringRepository } from './steering.repository.js'
import { SteeringService } from './steering.service.js'

@Module({
  imports: [ModelsModule, ExtractionsModule, FeaturesModule, FilesModule, JobsModule],
  controllers: [SteeringController],
  providers: [SteeringService, SteeringRepository],
})
export class SteeringModule {}
