// HTTP of trainings.

import type { CreateTraining, Training, TrainingEstimate, TrainingMetrics } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { BodyOf, IdParam, Serve } from '../common/route.js'
import { TrainingsService } from './trainings.service.js'

@Controller()
export class TrainingsController {
  constructor(private readonly trainings: TrainingsService) {}

  @Serve('listTrainings')
  list(): Promise<Training[]> {
    return this.trainings.list()
  }

  @Serve('estimateTraining')
  estimate(@BodyOf('estimateTraining') body: CreateTraining): Promise<TrainingEstimate> {
    return this.trainings.estimate(body)
  }

  @Serve('createTraining')
  create(@BodyOf('createTraining') body: CreateTraining): Promise<Training> {
    return this.trainings.create(body)
  }

  @Serve('getTraining')
  get(@IdParam() id: string): Promise<Training> {
    return this.trainings.get(id)
  }

  @Serve('trainingMetrics')
  metrics(@IdParam() id: string): Promise<TrainingMetrics> {
    return this.trainings.metrics(id)
  }

  @Serve('deleteTraining')
  async remove(@IdParam() id: string): Promise<null> {
    await this.trainings.remove(id)
    return null
  }
}
