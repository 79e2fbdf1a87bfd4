import { Module } from '@nestjs/common'
import { JobsModule } from '../jobs/jobs.module.js'
import { SettingsModule } from '../settings/settings.module.js'
import { FilesController } from './files.controller.js'
import { FilesService } from './files.service.js'
import { FolderUploadsController } from './folder-uploads.controller.js'
import { FolderUploadsRepository } from './folder-uploads.repository.js'
import { FolderUploadsService } from './folder-uploads.service.js'
import { RemovalService } from './removal.service.js'

@Module({
  imports: [JobsModule, SettingsModule],
  controllers: [FilesController, FolderUploadsController],
  providers: [FilesService, FolderUploadsService, FolderUploadsRepository, RemovalService],
  exports: [FilesService, FolderUploadsService, RemovalService],
})
export class FilesModule {}
