// HTTP of datasets.

import type {
  CreateDataset,
  Dataset,
  DatasetPreview,
  Describe,
  Document,
  ListQuery,
  PageQuery,
  PreviewDataset,
} from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { Seen } from '../common/edit.js'
import { BodyOf, IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import { DatasetsService } from './datasets.service.js'

@Controller()
export class DatasetsController {
  constructor(private readonly datasets: DatasetsService) {}

  @Serve('listDatasets')
  list(@QueryOf('listDatasets') query: ListQuery): Promise<Page<Dataset>> {
    return this.datasets.list(query)
  }

  @Serve('previewDataset')
  preview(@BodyOf('previewDataset') body: PreviewDataset): Promise<DatasetPreview> {
    return this.datasets.preview(body)
  }

  @Serve('createDataset')
  create(@BodyOf('createDataset') body: CreateDataset): Promise<Dataset> {
    return this.datasets.create(body)
  }

  @Serve('getDataset')
  get(@IdParam() id: string): Promise<Dataset> {
    return this.datasets.get(id)
  }

  @Serve('datasetDocuments')
  documents(@IdParam() id: string, @QueryOf('datasetDocuments') query: PageQuery): Promise<Page<Document>> {
    return this.datasets.documents(id, query)
  }

  @Serve('updateDataset')
  describe(
    @IdParam() id: string,
    @BodyOf('updateDataset') body: Describe,
    @Seen() seen: string | null,
  ): Promise<Dataset> {
    return this.datasets.describe(id, body, seen)
  }

  @Serve('deleteDataset')
  async remove(@IdParam() id: string): Promise<null> {
    await this.datasets.remove(id)
    return null
  }
}
