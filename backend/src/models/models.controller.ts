// HTTP of models, and download of their parity reports.
import type {
  CreateModel,
  Describe,
  ListQuery,
  Model,
  ModelInspection,
  ModelMemory,
  ModelTensor,
  ParityReport,
  Precision,
  TensorStatistics,
} from '@mistudio/contracts'
import { Controller, StreamableFile } from '@nestjs/common'
import { Seen } from '../common/edit.js'
import { BodyOf, IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import { ModelsService } from './models.service.js'
import { ModelReportsService } from './reports.service.js'

@Controller()
export class ModelsController {
  constructor(
    private readonly models: ModelsService,
    private readonly reports: ModelReportsService,
  ) {}

  @Serve('listModels')
  list(@QueryOf('listModels') query: ListQuery): Promise<Page<Model>> {
    return this.models.list(query)
  }

  @Serve('inspectModel')
  inspect(@BodyOf('inspectModel') body: { path: string }): Promise<ModelInspection> {
    return this.models.inspect(body.path)
  }

  @Serve('createModel')
  create(@BodyOf('createModel') body: CreateModel): Promise<Model> {
    return this.models.create(body)
  }

  @Serve('getModel')
  get(@IdParam() id: string): Promise<Model> {
    return this.models.get(id)
  }

  @Serve('updateModel')
  describe(@IdParam() id: string, @BodyOf('updateModel') body: Describe, @Seen() seen: string | null): Promise<Model> {
    return this.models.describe(id, body, seen)
  }

  @Serve('deleteModel')
  async remove(@IdParam() id: string, @QueryOf('deleteModel') query: { files: 'keep' | 'delete' }): Promise<null> {
    await this.models.remove(id, query.files === 'delete')
    return null
  }

  @Serve('verifyModel')
  verify(@IdParam() id: string): Promise<Model> {
    return this.reports.verify(id)
  }

  @Serve('loadModel')
  load(@IdParam() id: string, @BodyOf('loadModel') body: { precision: Precision }): Promise<Model> {
    return this.reports.load(id, body.precision)
  }

  @Serve('modelMemory')
  memory(@IdParam() id: string): Promise<ModelMemory> {
    return this.models.memory(id)
  }

  @Serve('modelParity')
  parity(@IdParam() id: string): Promise<ParityReport> {
    return this.reports.parity(id)
  }

  @Serve('modelParityFile')
  async parityFile(@IdParam() id: string): Promise<StreamableFile> {
    const { name, stream, size } = await this.reports.parityFile(id)
    const disposition = `attachment; filename="${name}"`
    return new StreamableFile(stream, { disposition, length: size, type: 'application/json' })
  }

  @Serve('modelTensors')
  tensors(@IdParam() id: string): Promise<ModelTensor[]> {
    return this.reports.tensors(id)
  }

  @Serve('modelTensor')
  tensor(@IdParam() id: string, @QueryOf('modelTensor') query: { name: string }): Promise<TensorStatistics> {
    return this.reports.tensor(id, query.name)
  }
}
