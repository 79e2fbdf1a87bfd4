import { Module } from '@nestjs/common'
import { JobsModule } from '../jobs/jobs.module.js'
import { SettingsModule } from '../settings/settings.module.js'
import { FilesController } from './files.controller.js'
import { FilesRepository } from './files.repository.js'
import { FilesService } from './files.service.js'

@Module({
  imports: [JobsModule, SettingsModule],
  controllers: [FilesController],
  providers: [FilesService, FilesRepository],
  exports: [FilesService],
})
export class FilesModule {}
