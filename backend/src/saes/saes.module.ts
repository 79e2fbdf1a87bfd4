import { Module } from '@nestjs/common'
import { DatasetsModule } from '../datasets/datasets.module.js'
import { FilesModule } from '../files/files.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { ModelsModule } from '../models/models.module.js'
import { SaeExportsService } from './sae-exports.service.js'
import { SaeImportsService } from './sae-imports.service.js'
import { SaesController } from './saes.controller.js'
import { SaesRepository } from './saes.repository.js'
import { SaesService } from './saes.service.js'

@Module({
  imports: [JobsModule, FilesModule, ModelsModule, DatasetsModule],
  controllers: [SaesController],
  providers: [SaesService, SaeImportsService, SaeExportsService, SaesRepository],
  exports: [SaesService],
})
export class SaesModule {}
