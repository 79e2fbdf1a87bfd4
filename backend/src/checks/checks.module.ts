import { Module } from '@nestjs/common'
import { JobsModule } from '../jobs/jobs.module.js'
import { ChecksController } from './checks.controller.js'
import { ChecksService } from './checks.service.js'

@Module({ imports: [JobsModule], controllers: [ChecksController], providers: [ChecksService] })
export class ChecksModule {}
