import { Module } from '@nestjs/common'
import { FilesModule } from '../files/files.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { ModelsController } from './models.controller.js'
import { ModelsRepository } from './models.repository.js'
import { ModelsService } from './models.service.js'
import { ModelReportsService } from './reports.service.js'

@Module({
  imports: [JobsModule, FilesModule],
  controllers: [ModelsController],
  providers: [ModelsService, ModelReportsService, ModelsRepository],
  exports: [ModelsService],
})
export class ModelsModule {}
