import { Module } from '@nestjs/common'
import { FilesModule } from '../files/files.module.js'
import { SaesController } from './saes.controller.js'
import { SaesRepository } from './saes.repository.js'
import { SaesService } from './saes.service.js'

@Module({
  imports: [FilesModule],
  controllers: [SaesController],
  providers: [SaesService, SaesRepository],
  exports: [SaesService],
})
export class SaesModule {}
