// Rules for tokenizations: one dataset cut into contexts by one model's tokenizer.
import { randomUUID } from 'node:crypto'
import {
  AppError,
  type CreateTokenization,
  type Damage,
  type Job,
  type ListQuery,
  type PageQuery,
  type Tokenization,
  TokenizationStatsSchema,
  type TokenSample,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { holdRows } from '../common/hold.js'
import { pageOf } from '../common/list.js'
import type { Page } from '../common/route.js'
import { statusOf } from '../common/status.js'
import { StoredChecksRepository } from '../common/stored-checks.repository.js'
import { iso } from '../common/time.js'
import { RemovalService } from '../files/removal.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { ModelsService } from '../models/models.service.js'
import { DatasetsService } from './datasets.service.js'
import { type TokenizationRow, TokenizationsRepository } from './tokenizations.repository.js'

export type Split = 'train' | 'held_out'

@Injectable()
export class TokenizationsService {
  constructor(
    private readonly repository: TokenizationsRepository,
    private readonly datasets: DatasetsService,
    private readonly models: ModelsService,
    private readonly removal: RemovalService,
    private readonly jobs: JobsService,
    private readonly checks: StoredChecksRepository,
    private readonly questions: QuestionsService,
  ) {}

  async list(query: ListQuery): Promise<Page<Tokenization>> {
    const { rows, found } = await this.repository.list(query)
    const ids = rows.map(({ id }) => id)
    const [jobs, damage] = [await this.jobs.newestOf(ids), await this.checks.damageOf('tokenizations', ids)]
    const items = rows.map((row) => toTokenization(row, jobs.get(row.id) ?? null, damage.get(row.id) ?? null))
    return pageOf(items, found, query)
  }

  async get(id: string): Promise<Tokenization> {
    const row = await this.find(id)
    return toTokenization(
      row,
      (await this.jobs.newestOf([id])).get(id) ?? null,
      (await this.checks.damageOf('tokenizations', [id])).get(id) ?? null,
    )
  }

  /** Throws `wrong_state` while the tokenization has not finished. */
  async requireReady(id: string): Promise<Tokenization> {
    const tokenization = await this.get(id)
    if (tokenization.status === 'ready') return tokenization
    const why = tokenization.status === 'failed' ? 'it failed' : 'it is still running'
    throw new AppError('wrong_state', `The tokenization of "${tokenization.datasetName}" cannot be used: ${why}.`)
  }

  async create(datasetId: string, body: CreateTokenization): Promise<Tokenization> {
    const dataset = await this.datasets.requireReady(datasetId)
    const model = await this.models.requireReady(body.modelId)
    const positions = model.spec?.maxPositions
    if (positions !== undefined && body.contextSize > positions) {
      const message = `"${model.name}" has ${positions} positions; choose at most that many tokens per context.`
      throw new AppError('validation_failed', message, { issues: [{ path: 'contextSize', message }] })
    }
    const id = randomUUID()
    const { modelId, contextSize, prependBos } = body
    const row = { id, datasetId, modelId, contextSize, prependBos }
    const params = {
      tokenizationId: id,
      datasetId,
      modelId,
      modelPath: model.path,
      contextSize,
      prependBos,
      maxDocuments: body.maxDocuments ?? null,
    }
    const job = { kind: 'dataset.tokenize', subjectId: id, title: dataset.name } as const
    await this.jobs.submit({ ...job, params }, async (tx) => {
      await holdRows(tx, [
        { type: 'dataset', id: datasetId },
        { type: 'model', id: modelId },
      ])
      await this.repository.create(tx, row)
    })
    return this.get(id)
  }

  async samples(id: string, split: Split, { offset, limit }: PageQuery): Promise<Page<TokenSample>> {
    await this.requireReady(id)
    const row = await this.find(id)
    const params = { tokenizationId: id, modelPath: row.model.path, split, offset, limit }
    const question = {
      kind: 'dataset.samples',
      subjectId: id,
      title: row.dataset.name,
    } as const
    const { total, samples } = await this.questions.ask({ ...question, params })
    return { items: samples, meta: { total, offset, limit } }
  }

  async remove(id: string): Promise<void> {
    await this.removal.remove(async () => ({
      title: `Tokenization of ${(await this.find(id)).dataset.name}`,
      rows: [{ type: 'tokenization', id }],
      files: [{ room: 'tokenizations', id }],
      users: (db) => this.repository.users([id], db),
      remove: (tx) => this.repository.remove(tx, id),
    }))
  }

  private async find(id: string): Promise<TokenizationRow> {
    const row = await this.repository.find(id)
    if (!row) throw new AppError('not_found', 'There is no such tokenization.')
    return row
  }
}

const toTokenization = (row: TokenizationRow, job: Job | null, damage: Damage | null): Tokenization => ({
  id: row.id,
  datasetId: row.datasetId,
  datasetName: row.dataset.name,
  modelId: row.modelId,
  modelName: row.model.name,
  status: statusOf(row.readyAt, job, 'running'),
  contextSize: row.contextSize,
  prependBos: row.prependBos,
  stats: TokenizationStatsSchema.nullable().parse(row.stats),
  damage,
  job,
  createdAt: iso(row.createdAt),
})
