import { Module } from '@nestjs/common'
import { DatasetsModule } from '../datasets/datasets.module.js'
import { FilesModule } from '../files/files.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { ModelsModule } from '../models/models.module.js'
import { CapturesController } from './captures.controller.js'
import { CapturesRepository } from './captures.repository.js'
import { CapturesService } from './captures.service.js'

@Module({
  imports: [JobsModule, FilesModule, ModelsModule, DatasetsModule],
  controllers: [CapturesController],
  providers: [CapturesService, CapturesRepository],
  exports: [CapturesService],
})
export class CapturesModule {}
