// Rules for extractions: one SAE read over one tokenization of its own model.
import { randomUUID } from 'node:crypto'
import {
  AppError,
  type CreateExtraction,
  defaultText,
  type Extraction,
  ExtractionParamsSchema,
  ExtractionSummarySchema,
  type Job,
  type ListQuery,
  PrecisionSchema,
  type TextChoice,
  type Tokenization,
  TrainedOnSchema,
  tokensAvailable,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { holdRows } from '../common/hold.js'
import { pageOf } from '../common/list.js'
import type { Page } from '../common/route.js'
import { statusOf } from '../common/status.js'
import { iso } from '../common/time.js'
import { TokenizationsService } from '../datasets/tokenizations.service.js'
import { RemovalService } from '../files/removal.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { SaesService } from '../saes/saes.service.js'
import { type ExtractionRow, ExtractionsRepository } from './extractions.repository.js'

@Injectable()
export class ExtractionsService {
  constructor(
    private readonly repository: ExtractionsRepository,
    private readonly saes: SaesService,
    private readonly tokenizations: TokenizationsService,
    private readonly removal: RemovalService,
    private readonly jobs: JobsService,
  ) {}

  async list(query: ListQuery): Promise<Page<Extraction>> {
    const { rows, found } = await this.repository.list(query)
    const jobs = await this.jobs.newestOf(rows.map(({ id }) => id))
    const items = rows.map((row) => toExtraction(row, jobs.get(row.id) ?? null))
    return pageOf(items, found, query)
  }

  async get(id: string): Promise<Extraction> {
    const row = await this.repository.find(id)
    if (!row) throw new AppError('not_found', 'There is no such extraction.')
    return toExtraction(row, (await this.jobs.newestOf([id])).get(id) ?? null)
  }

  /** The SAE of an extraction whose features are there. Throws `wrong_state` before. One look-up: features are asked for often. */
  async requireReady(id: string): Promise<{ id: string; saeId: string }> {
    const row = await this.repository.find(id)
    if (!row) throw new AppError('not_found', 'There is no such extraction.')
    if (row.readyAt) return { id, saeId: row.saeId }
    throw new AppError('wrong_state', 'This extraction has no features yet: it has not finished.')
  }

  async create(body: CreateExtraction): Promise<Extraction> {
    const { sae, modelId, modelPath, precision } = await this.saes.requireWithModel(body.saeId)
    if (sae.sites.length > 1) {
      throw new AppError(
        'sae_unsupported',
        `"${sae.name}" is a crosscoder of ${sae.sites.length} sites; extractions read SAEs of one site. Its page shows what it explains at each.`,
      )
    }
    const tokenization = await this.tokenizations.requireReady(body.tokenizationId)
    if (tokenization.modelId !== modelId) {
      const message = `This tokenization was made for "${tokenization.modelName}", but the SAE reads "${sae.modelName}".`
      throw new AppError('tokenization_mismatch', `${message} Tokenize the dataset with the SAE's model.`)
    }
    const id = randomUUID()
    const known = await this.saes.trainedOn(sae, tokenization)
    const settings = { ...body.params, text: body.params.text ?? defaultText(known) }
    requireText(settings.text, tokenization)
    const row = {
      id,
      saeId: sae.id,
      tokenizationId: tokenization.id,
      datasetName: tokenization.datasetName,
      precision,
      trainedOn: known,
      params: settings,
    }
    const from = { saeId: sae.id, modelPath, precision, tokenizationId: tokenization.id }
    const params = { extractionId: id, ...from, params: settings }
    const job = { kind: 'extraction.run', subjectId: id, title: sae.name } as const
    await this.jobs.submit({ ...job, params }, async (tx) => {
      await holdRows(tx, [
        { type: 'sae', id: sae.id },
        { type: 'model', id: modelId },
        { type: 'tokenization', id: tokenization.id },
      ])
      await this.repository.create(tx, row)
    })
    return this.get(id)
  }

  /** Deletes an extraction with its features. Labels and notes belong to the SAE and stay. */
  async remove(id: string): Promise<void> {
    await this.removal.remove(async () => ({
      title: `Extraction of ${(await this.get(id)).saeName}`,
      rows: [{ type: 'extraction', id }],
      files: [{ room: 'extractions', id }],
      remove: (tx) => this.repository.remove(tx, id),
    }))
  }
}

/** @throws AppError `validation_failed` when there are no such documents. */
function requireText(text: TextChoice, tokenization: Tokenization): void {
  if (tokensAvailable(text, tokenization) > 0) return
  const documents = { held_out: 'held-out documents', train: 'training documents', all: 'documents' }[text]
  const message = `The ${documents} of "${tokenization.datasetName}" fill no context of ${tokenization.contextSize} tokens. Choose another text to read.`
  throw new AppError('validation_failed', message, { issues: [{ path: 'params.text', message }] })
}

const toExtraction = (row: ExtractionRow, job: Job | null): Extraction => ({
  id: row.id,
  saeId: row.saeId,
  saeName: row.sae.name,
  modelId: row.sae.modelId,
  modelName: row.sae.modelName,
  tokenizationId: row.tokenizationId,
  datasetName: row.datasetName,
  trainedOn: TrainedOnSchema.parse(row.trainedOn),
  site: row.sae.site,
  dSae: row.sae.dSae,
  precision: PrecisionSchema.parse(row.precision),
  saePrecision: PrecisionSchema.parse(row.sae.precision),
  status: statusOf(row.readyAt, job, 'running'),
  params: ExtractionParamsSchema.parse(row.params),
  summary: ExtractionSummarySchema.nullable().parse(row.summary),
  job,
  createdAt: iso(row.createdAt),
})
