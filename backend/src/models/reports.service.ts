// What is asked about a checked model beyond its facts: the parity report, running it again, its tensors and their statistics.
import type { ReadStream } from 'node:fs'
import path from 'node:path'
import {
  AppError,
  type Model,
  type ModelTensor,
  type ParityReport,
  ParityReportSchema,
  type Precision,
  TERMINAL_STATES,
  type TensorStatistics,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { openStoredFile } from '../common/stored-file.js'
import { JobsService } from '../jobs/jobs.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { ModelsRepository } from './models.repository.js'
import { ModelsService } from './models.service.js'

@Injectable()
export class ModelReportsService {
  constructor(
    private readonly models: ModelsService,
    private readonly repository: ModelsRepository,
    private readonly jobs: JobsService,
    private readonly questions: QuestionsService,
    private readonly config: AppConfig,
  ) {}

  /** Queues the checks of the parity report again. Throws `conflict` while they run. */
  async verify(id: string): Promise<Model> {
    const model = await this.models.requireReady(id)
    return this.check(model, model.precision)
  }

  /**
   * Queues the checks at a precision; once they have run, the model is loaded at it everywhere. Throws `conflict` while checks run,
   * `model_unsupported` and `out_of_memory` when it cannot be loaded at it.
   */
  async load(id: string, precision: Precision): Promise<Model> {
    const model = await this.models.requireReady(id)
    await this.models.memory(id, precision)
    return this.check(model, precision)
  }

  private async check(model: Model, precision: Precision): Promise<Model> {
    if (model.job && !TERMINAL_STATES.includes(model.job.state)) {
      throw new AppError('conflict', `The checks of "${model.name}" are running already.`, { jobId: model.job.id })
    }
    const job = { kind: 'model.verify', subjectId: model.id, title: model.name } as const
    const params = { modelId: model.id, path: model.path, name: model.name, precision }
    await this.jobs.submit({ ...job, params })
    return this.models.get(model.id)
  }

  /** The newest parity report. Throws `not_found` while there is none. */
  async parity(id: string): Promise<ParityReport> {
    const model = await this.models.get(id)
    const report = await this.repository.parityReport(id)
    if (report === null) throw noReport(model)
    return ParityReportSchema.parse(report)
  }

  /** The same as the file the worker wrote, for download. */
  async parityFile(id: string): Promise<{ name: string; stream: ReadStream; size: number }> {
    const model = await this.models.get(id)
    if (model.parity === null) throw noReport(model)
    const file = await openStoredFile(path.join(this.config.dataDir, 'models', id), 'parity.json')
    if (!file) {
      throw new AppError('file_not_found', 'The report is missing in the data folder. Run the checks again.')
    }
    const name = `${model.name.replace(/[^\w.-]+/g, '_')}-parity.json`
    return { name, ...file }
  }

  /** The tensors of the model's files. */
  async tensors(id: string): Promise<ModelTensor[]> {
    const model = await this.models.get(id)
    const question = { kind: 'model.tensors', subjectId: id, title: model.name } as const
    return this.questions.ask({ ...question, params: { path: model.path } })
  }

  /** Statistics of one tensor; computed on the first call, which may take some seconds. */
  async tensor(id: string, tensor: string): Promise<TensorStatistics> {
    const model = await this.models.get(id)
    const question = { kind: 'model.tensor', subjectId: id, title: model.name } as const
    const params = { modelId: id, path: model.path, tensor }
    return this.questions.ask({ ...question, params })
  }
}

const noReport = (model: Model): AppError =>
  new AppError('not_found', `There is no parity report of "${model.name}" yet. Run its checks.`)
