import { Module } from '@nestjs/common'
import { ExtractionsModule } from '../extractions/extractions.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { SaesModule } from '../saes/saes.module.js'
import { FeaturesController } from './features.controller.js'
import { FeaturesRepository } from './features.repository.js'
import { FeaturesService } from './features.service.js'

@Module({
  imports: [ExtractionsModule, SaesModule, JobsModule],
  controllers: [FeaturesController],
  providers: [FeaturesService, FeaturesRepository],
  exports: [FeaturesService],
})
export class FeaturesModule {}
