import { Module } from '@nestjs/common'
import { DatasetsModule } from '../datasets/datasets.module.js'
import { FilesModule } from '../files/files.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { SaesModule } from '../saes/saes.module.js'
import { ExtractionsController } from './extractions.controller.js'
import { ExtractionsRepository } from './extractions.repository.js'
import { ExtractionsService } from './extractions.service.js'

@Module({
  imports: [JobsModule, FilesModule, SaesModule, DatasetsModule],
  controllers: [ExtractionsController],
  providers: [ExtractionsService, ExtractionsRepository],
  exports: [ExtractionsService],
})
export class ExtractionsModule {}
