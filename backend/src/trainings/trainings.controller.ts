// HTTP of trainings.

import type { Describe } from '@mistudio/contracts'
import {
  AppError,
  type BranchTraining,
  type CreateSweep,
  type CreateTraining,
  type ExtendTraining,
  type ListQuery,
  type Training,
  type TrainingEstimate,
  type TrainingExportQuery,
  type TrainingMetrics,
} from '@mistudio/contracts'
import { Controller, Param, StreamableFile } from '@nestjs/common'
import { Seen } from '../common/edit.js'
import { BodyOf, IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import { TrainingVariantsService } from './training-variants.service.js'
import { TrainingsService } from './trainings.service.js'

@Controller()
export class TrainingsController {
  constructor(
    private readonly trainings: TrainingsService,
    private readonly variants: TrainingVariantsService,
  ) {}

  @Serve('listTrainings')
  list(@QueryOf('listTrainings') query: ListQuery): Promise<Page<Training>> {
    return this.trainings.list(query)
  }

  @Serve('estimateTraining')
  estimate(@BodyOf('estimateTraining') body: CreateTraining): Promise<TrainingEstimate> {
    return this.trainings.estimate(body)
  }

  @Serve('createTraining')
  create(@BodyOf('createTraining') body: CreateTraining): Promise<Training> {
    return this.trainings.create(body)
  }

  @Serve('createSweep')
  sweep(@BodyOf('createSweep') body: CreateSweep): Promise<Training[]> {
    return this.variants.sweep(body)
  }

  @Serve('getTraining')
  get(@IdParam() id: string): Promise<Training> {
    return this.trainings.get(id)
  }

  @Serve('trainingMetrics')
  metrics(@IdParam() id: string): Promise<TrainingMetrics> {
    return this.trainings.metrics(id)
  }

  @Serve('trainingMetricsFile')
  async metricsFile(
    @IdParam() id: string,
    @QueryOf('trainingMetricsFile') { format }: TrainingExportQuery,
  ): Promise<StreamableFile> {
    const { name, type, text } = await this.trainings.metricsFile(id, format)
    return new StreamableFile(Buffer.from(text), { disposition: `attachment; filename="${name}"`, type })
  }

  @Serve('extendTraining')
  extend(@IdParam() id: string, @BodyOf('extendTraining') body: ExtendTraining): Promise<Training> {
    return this.variants.extend(id, body)
  }

  @Serve('branchTraining')
  branch(@IdParam() id: string, @BodyOf('branchTraining') body: BranchTraining): Promise<Training> {
    return this.variants.branch(id, body)
  }

  @Serve('updateTraining')
  describe(
    @IdParam() id: string,
    @BodyOf('updateTraining') body: Describe,
    @Seen() seen: string | null,
  ): Promise<Training> {
    return this.trainings.describe(id, body, seen)
  }

  @Serve('deleteTraining')
  async remove(@IdParam() id: string): Promise<null> {
    await this.trainings.remove(id)
    return null
  }

  @Serve('deleteCheckpoint')
  async removeCheckpoint(@IdParam() id: string, @Param('step') step: string): Promise<null> {
    if (!/^\d{1,9}$/.test(step)) throw new AppError('not_found', 'There is nothing here: the address holds no step.')
    await this.trainings.removeCheckpoint(id, Number(step))
    return null
  }
}
