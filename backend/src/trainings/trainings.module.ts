import { Module } from '@nestjs/common'
import { CapturesModule } from '../captures/captures.module.js'
import { DatasetsModule } from '../datasets/datasets.module.js'
import { FilesModule } from '../files/files.module.js'
import { JobsModule } from '../jobs/jobs.module.js'
import { ModelsModule } from '../models/models.module.js'
import { RunsModule } from '../runs/runs.module.js'
import { TrainingStarter } from './training.starter.js'
import { TrainingVariantsService } from './training-variants.service.js'
import { TrainingsController } from './trainings.controller.js'
import { TrainingsRepository } from './trainings.repository.js'
import { TrainingsService } from './trainings.service.js'

@Module({
  imports: [JobsModule, FilesModule, ModelsModule, DatasetsModule, CapturesModule, RunsModule],
  controllers: [TrainingsController],
  providers: [TrainingsService, TrainingVariantsService, TrainingStarter, TrainingsRepository],
})
export class TrainingsModule {}
