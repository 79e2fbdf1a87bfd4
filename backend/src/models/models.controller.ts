// HTTP of models.

import type { CreateModel, Model, ModelInspection } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { BodyOf, IdParam, QueryOf, Serve } from '../common/route.js'
import { ModelsService } from './models.service.js'

@Controller()
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Serve('listModels')
  list(): Promise<Model[]> {
    return this.models.list()
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
  rename(@IdParam() id: string, @BodyOf('updateModel') body: { name: string }): Promise<Model> {
    return this.models.rename(id, body.name)
  }

  @Serve('deleteModel')
  async remove(@IdParam() id: string, @QueryOf('deleteModel') query: { files: 'keep' | 'delete' }): Promise<null> {
    await this.models.remove(id, query.files === 'delete')
    return null
  }
}
