import { Module } from '@nestjs/common'
import { DatasetsModule } from '../datasets/datasets.module.js'
import { FilesModule } from '../files/files.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { ModelsModule } from '../models/models.module.js'
import { ActivationsController } from './activations.controller.js'
import { ActivationsRepository } from './activations.repository.js'
import { ActivationsService } from './activations.service.js'

@Module({
  imports: [JobsModule, FilesModule, ModelsModule, DatasetsModule],
  controllers: [ActivationsController],
  providers: [ActivationsService, ActivationsRepository],
  exports: [ActivationsService],
})
export class ActivationsModule {}
