import { Module } from '@nestjs/common'
import { FilesModule } from '../files/files.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { ModelsModule } from '../models/models.module.js'
import { DatasetsController } from './datasets.controller.js'
import { DatasetsRepository } from './datasets.repository.js'
import { DatasetsService } from './datasets.service.js'
import { TokenizationsController } from './tokenizations.controller.js'
import { TokenizationsRepository } from './tokenizations.repository.js'
import { TokenizationsService } from './tokenizations.service.js'

@Module({
  imports: [JobsModule, FilesModule, ModelsModule],
  controllers: [DatasetsController, TokenizationsController],
  providers: [DatasetsService, DatasetsRepository, TokenizationsService, TokenizationsRepository],
  exports: [TokenizationsService],
})
export class DatasetsModule {}
