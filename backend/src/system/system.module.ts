import { Module } from '@nestjs/common'
import { FilesModule } from '../files/files.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { Housekeeping } from './housekeeping.js'
import { Sampler } from './sampler.js'
import { StoredDataService } from './stored-data.service.js'
import { SystemController } from './system.controller.js'
import { SystemRepository } from './system.repository.js'
import { SystemService } from './system.service.js'

@Module({
  imports: [JobsModule, FilesModule],
  controllers: [SystemController],
  providers: [SystemService, StoredDataService, SystemRepository, Sampler, Housekeeping],
})
export class SystemModule {}
