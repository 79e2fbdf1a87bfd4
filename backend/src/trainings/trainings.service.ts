// Rules for SAE trainings: checked before they start, run by the worker, kept as runs.
import { randomUUID } from 'node:crypto'
import {
  AppError,
  CheckpointSchema,
  type CreateTraining,
  type Job,
  type MetricValues,
  type Model,
  PrecisionSchema,
  type Site,
  type Tokenization,
  type Training,
  type TrainingEstimate,
  TrainingEstimateSchema,
  type TrainingMetrics,
  TrainingParamsSchema,
  TrainingSummarySchema,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { iso } from '../common/time.js'
import { TokenizationsService } from '../datasets/tokenizations.service.js'
import { FilesService } from '../files/files.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { ModelsService } from '../models/models.service.js'
import { checkTraining } from './training.checks.js'
import { type TrainingRow, TrainingsRepository } from './trainings.repository.js'

interface Checked {
  readonly model: Model
  readonly tokenization: Tokenization
  readonly site: Site
}

@Injectable()
export class TrainingsService {
  constructor(
    private readonly repository: TrainingsRepository,
    private readonly models: ModelsService,
    private readonly tokenizations: TokenizationsService,
    private readonly files: FilesService,
    private readonly jobs: JobsService,
    private readonly questions: QuestionsService,
  ) {}

  async list(): Promise<Training[]> {
    return this.complete(await this.repository.list())
  }

  async get(id: string): Promise<Training> {
    const row = await this.repository.find(id)
    const [training] = row ? await this.complete([row]) : []
    if (!training) throw new AppError('not_found', 'There is no such training.')
    return training
  }

  /** Memory and time of a training that was not started. */
  async estimate(body: CreateTraining): Promise<TrainingEstimate> {
    const { model } = await this.check(body)
    const { path: modelPath, precision } = model
    const params = { modelPath, precision, tokenizationId: body.tokenizationId, params: body.params }
    const question = { kind: 'training.estimate', subjectType: 'system', subjectId: randomUUID() } as const
    return this.questions.ask({ ...question, title: nameOf(body, model), params }, TrainingEstimateSchema)
  }

  async create(body: CreateTraining): Promise<Training> {
    const { model, tokenization, site } = await this.check(body)
    const id = randomUUID()
    const shared = {
      name: nameOf(body, model),
      modelId: model.id,
      modelName: model.name,
      precision: model.precision,
      tokenizationId: tokenization.id,
      datasetName: tokenization.datasetName,
      params: body.params,
    }
    const row = { id, ...shared, dIn: site.width, dSae: site.width * body.params.expansion }
    const params = { trainingId: id, saeId: randomUUID(), modelPath: model.path, ...shared }
    const job = { kind: 'training.run', subjectType: 'training', subjectId: id, title: shared.name } as const
    await this.jobs.submit({ ...job, params }, (tx) => this.repository.create(tx, row))
    return this.get(id)
  }

  async metrics(id: string): Promise<TrainingMetrics> {
    await this.get(id)
    return this.repository.metrics(id)
  }

  /** Deletes a training with its checkpoints and metrics; its SAE stays. */
  async remove(id: string): Promise<void> {
    const training = await this.get(id)
    await this.jobs.cancelAllOf([id])
    await this.files.remove(training.name, [{ room: 'trainings', id }], (tx) => this.repository.remove(tx, id))
  }

  private async check(body: CreateTraining): Promise<Checked> {
    const model = await this.models.requireReady(body.modelId)
    const tokenization = await this.tokenizations.requireReady(body.tokenizationId)
    return { model, tokenization, site: checkTraining(body.params, model, tokenization) }
  }

  private async complete(rows: readonly TrainingRow[]): Promise<Training[]> {
    const ids = rows.map(({ id }) => id)
    const [jobs, latest] = await Promise.all([this.jobs.newestOf(ids), this.repository.latest(ids)])
    return rows.map((row) => toTraining(row, jobs.get(row.id) ?? null, latest.get(row.id) ?? {}))
  }
}

const nameOf = ({ name, params }: CreateTraining, model: Model): string =>
  name ?? `${model.name} · ${params.site} · ×${params.expansion} · k ${params.k}`.slice(0, 120)

const toTraining = (row: TrainingRow, job: Job | null, latest: MetricValues): Training => ({
  id: row.id,
  name: row.run.name,
  modelId: row.modelId,
  modelName: row.modelName,
  tokenizationId: row.tokenizationId,
  datasetName: row.datasetName,
  precision: PrecisionSchema.parse(row.precision),
  params: TrainingParamsSchema.parse(row.params),
  dIn: row.dIn,
  dSae: row.dSae,
  step: row.step,
  latest,
  summary: TrainingSummarySchema.nullable().parse(row.run.summary),
  saeId: row.saeId,
  checkpoints: z.array(CheckpointSchema).parse(row.checkpoints),
  job,
  createdAt: iso(row.run.createdAt),
})
