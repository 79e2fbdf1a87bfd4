// Rules for text datasets: imported from an import root or an upload, read page by page through the worker.

import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Describe } from '@mistudio/contracts'
import {
  AppError,
  type CreateDataset,
  type Damage,
  type Dataset,
  DatasetFormatSchema,
  type DatasetPreview,
  type DatasetSource,
  DatasetStatsSchema,
  type Document,
  type Job,
  type ListQuery,
  type PageQuery,
  type PreviewDataset,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { describedOf } from '../common/describe.js'
import { pageOf } from '../common/list.js'
import type { Page } from '../common/route.js'
import { statusOf } from '../common/status.js'
import { StoredChecksRepository } from '../common/stored-checks.repository.js'
import { iso } from '../common/time.js'
import { FilesService } from '../files/files.service.js'
import { PlanOvertaken, RemovalService } from '../files/removal.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { type DatasetRow, DatasetsRepository } from './datasets.repository.js'
import { TokenizationsRepository } from './tokenizations.repository.js'

@Injectable()
export class DatasetsService {
  constructor(
    private readonly repository: DatasetsRepository,
    private readonly tokenizations: TokenizationsRepository,
    private readonly files: FilesService,
    private readonly removal: RemovalService,
    private readonly jobs: JobsService,
    private readonly checks: StoredChecksRepository,
    private readonly questions: QuestionsService,
  ) {}

  async list(query: ListQuery): Promise<Page<Dataset>> {
    const { rows, found } = await this.repository.list(query)
    const ids = rows.map(({ id }) => id)
    const [jobs, damage] = [await this.jobs.newestOf(ids), await this.checks.damageOf('datasets', ids)]
    const items = rows.map((row) => toDataset(row, jobs.get(row.id) ?? null, damage.get(row.id) ?? null))
    return pageOf(items, found, query)
  }

  async get(id: string): Promise<Dataset> {
    const row = await this.repository.find(id)
    if (!row) throw new AppError('not_found', 'There is no such dataset.')
    return toDataset(
      row,
      (await this.jobs.newestOf([id])).get(id) ?? null,
      (await this.checks.damageOf('datasets', [id])).get(id) ?? null,
    )
  }

  /** Throws `wrong_state` while the import has not finished. */
  async requireReady(id: string): Promise<Dataset> {
    const dataset = await this.get(id)
    if (dataset.status === 'ready') return dataset
    const why = dataset.status === 'failed' ? 'its import failed' : 'it is still being imported'
    throw new AppError('wrong_state', `The dataset "${dataset.name}" cannot be used: ${why}.`)
  }

  /** Columns, first rows and problems of a file, before anything is stored. */
  async preview({ source, recordsIn }: PreviewDataset): Promise<DatasetPreview> {
    const file = await this.locate(source)
    const question = { kind: 'dataset.preview', subjectId: randomUUID() } as const
    return this.questions.ask({ ...question, title: file.fileName, params: { ...file, recordsIn: recordsIn ?? null } })
  }

  async create(body: CreateDataset): Promise<Dataset> {
    const file = await this.locate(body.source)
    const id = randomUUID()
    const params = {
      datasetId: id,
      ...file,
      textColumn: body.textColumn ?? null,
      txtMode: body.txtMode,
      recordsIn: body.recordsIn ?? null,
      onBadRecord: body.onBadRecord,
      removeSource: body.source.type === 'upload',
    }
    const job = { kind: 'dataset.import', subjectId: id, title: body.name } as const
    const row = { id, name: body.name, fileName: file.fileName, source: body.source }
    await this.jobs.submit({ ...job, params }, (tx) => this.repository.create(tx, row))
    return this.get(id)
  }

  async documents(id: string, { offset, limit }: PageQuery): Promise<Page<Document>> {
    const dataset = await this.requireReady(id)
    const question = { kind: 'dataset.documents', subjectId: id, title: dataset.name } as const
    const params = { datasetId: id, offset, limit }
    const { total, documents } = await this.questions.ask({ ...question, params })
    return { items: documents, meta: { total, offset, limit } }
  }

  async describe(id: string, changes: Describe, seen: string | null): Promise<Dataset> {
    await this.get(id)
    await this.repository.describe(id, changes, seen)
    return this.get(id)
  }

  /** Deletes a dataset with its tokenizations. Refused while a training or extraction reads one of them. */
  async remove(id: string): Promise<void> {
    await this.removal.remove(async () => {
      const title = (await this.get(id)).name
      const parts = await this.repository.tokenizationIds(id)
      return {
        title,
        rows: [{ type: 'dataset', id }, ...parts.map((part) => ({ type: 'tokenization' as const, id: part }))],
        files: [{ room: 'datasets', id }, ...parts.map((part) => ({ room: 'tokenizations' as const, id: part }))],
        users: (db) => this.tokenizations.users(parts, db),
        remove: async (tx) => {
          if ((await this.repository.tokenizationIds(id, tx)).length !== parts.length) throw new PlanOvertaken()
          await this.repository.remove(tx, id)
        },
      }
    })
  }

  /** The file behind a source, confined. */
  private async locate(source: DatasetSource): Promise<{ path: string; fileName: string }> {
    if (source.type === 'path') {
      const file = await this.files.requireFile(source.path)
      return { path: file, fileName: path.basename(file) }
    }
    const upload = await this.files.requireUpload(source.uploadId)
    return { path: upload.path, fileName: upload.title }
  }
}

const toDataset = (row: DatasetRow, job: Job | null, damage: Damage | null): Dataset => ({
  id: row.id,
  ...describedOf(row),
  status: statusOf(row.readyAt, job, 'importing'),
  fileName: row.fileName,
  format: DatasetFormatSchema.nullable().parse(row.format),
  textColumn: row.textColumn,
  stats: DatasetStatsSchema.nullable().parse(row.stats),
  tokenizations: row._count.tokenizations,
  damage,
  job,
  createdAt: iso(row.createdAt),
})
