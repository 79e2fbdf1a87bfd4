// Rules for activation captures: one tokenization read by its own model, kept at sites of a fixed width.
import { randomUUID } from 'node:crypto'
import {
  AppError,
  type Capture,
  type CaptureComparison,
  CaptureParamsSchema,
  CaptureSiteSchema,
  CaptureSummarySchema,
  type CompareCapturesQuery,
  type CreateCapture,
  type Damage,
  estimateCapture,
  type Job,
  type ListQuery,
  type Model,
  PrecisionSchema,
  type Site,
  type StoredSide,
  tooLarge,
  valuesPerToken,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { holdRows } from '../common/hold.js'
import { pageOf } from '../common/list.js'
import type { Page } from '../common/route.js'
import { statusOf } from '../common/status.js'
import { StoredChecksRepository } from '../common/stored-checks.repository.js'
import { openWholeFile, type StoredFile } from '../common/stored-file.js'
import { iso } from '../common/time.js'
import { TokenizationsService } from '../datasets/tokenizations.service.js'
import { RemovalService } from '../files/removal.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { ModelsService } from '../models/models.service.js'
import { type CaptureRow, CapturesRepository } from './captures.repository.js'

const MANIFEST = 'manifest.json'

@Injectable()
export class CapturesService {
  constructor(
    private readonly repository: CapturesRepository,
    private readonly models: ModelsService,
    private readonly tokenizations: TokenizationsService,
    private readonly removal: RemovalService,
    private readonly jobs: JobsService,
    private readonly checks: StoredChecksRepository,
    private readonly questions: QuestionsService,
    private readonly config: AppConfig,
  ) {}

  async list(query: ListQuery): Promise<Page<Capture>> {
    const { rows, found } = await this.repository.list(query)
    const ids = rows.map(({ id }) => id)
    const [jobs, damage] = [await this.jobs.newestOf(ids), await this.checks.damageOf('captures', ids)]
    const items = rows.map((row) => toCapture(row, jobs.get(row.id) ?? null, damage.get(row.id) ?? null))
    return pageOf(items, found, query)
  }

  async get(id: string): Promise<Capture> {
    const row = await this.repository.find(id)
    if (!row) throw new AppError('not_found', 'There is no such capture.')
    return toCapture(
      row,
      (await this.jobs.newestOf([id])).get(id) ?? null,
      (await this.checks.damageOf('captures', [id])).get(id) ?? null,
    )
  }

  async create({ tokenizationId, params }: CreateCapture): Promise<Capture> {
    const tokenization = await this.tokenizations.requireReady(tokenizationId)
    const model = await this.models.requireReady(tokenization.modelId)
    const { stats, contextSize, datasetName } = tokenization
    const chosen = chosenSites(model, params.sites)
    const sites = chosen.map((site) => ({
      name: site.name,
      layer: site.layer,
      width: valuesPerToken(site, contextSize),
    }))
    const available = (params.split === 'train' ? stats?.trainContexts : stats?.heldOutContexts) ?? 0
    if (available === 0) throw invalid('split', 'This split of the tokenization is empty. Choose the other one.')
    const widths = sites.map(({ width }) => width)
    const plan = estimateCapture(params, widths, contextSize, available)
    const { tokens } = plan
    const refusal = tooLarge(chosen, contextSize, plan)
    if (refusal) throw invalid('sites', refusal)
    const id = randomUUID()
    const { path: modelPath, precision } = model
    const row = {
      id,
      modelId: model.id,
      modelName: model.name,
      precision,
      tokenizationId,
      datasetName,
      contextSize,
      tokens: BigInt(tokens),
      params,
      sites,
    }
    const job = { kind: 'activation.capture', subjectId: id } as const
    const from = { modelPath, precision, modelName: model.name, tokenizationId, datasetName }
    const run = { captureId: id, ...from, params }
    const title = `${model.name} on ${datasetName}`
    await this.jobs.submit({ ...job, title, params: run }, async (tx) => {
      await holdRows(tx, [
        { type: 'model', id: model.id },
        { type: 'tokenization', id: tokenizationId },
      ])
      await this.repository.create(tx, row)
    })
    return this.get(id)
  }

  /** Sites of two finished captures, or of one among each other, on the same tokens; takes some seconds. Throws `tokenization_mismatch` for others. */
  async compare(id: string, { with: other, pairs }: CompareCapturesQuery): Promise<CaptureComparison> {
    if (id === other && !pairs) {
      throw new AppError('bad_request', 'Choose two captures, or name the pairs of sites to compare in this one.')
    }
    const [a, b] = [await this.get(id), await this.get(other)]
    const question = { kind: 'activation.compare', subjectId: id, title: a.modelName } as const
    const params = { a: storedSide(a), b: storedSide(b), pairs: pairs ?? null }
    return this.questions.ask({ ...question, params })
  }

  /** @throws AppError `in_use` while a training that has not ended reads it. */
  async remove(id: string): Promise<void> {
    await this.removal.remove(async () => {
      const { modelName, datasetName } = await this.get(id)
      return {
        title: `Activations of ${modelName} on ${datasetName}`,
        rows: [{ type: 'capture', id }],
        files: [{ room: 'captures', id }],
        users: (db) => this.repository.users(id, db),
        remove: (tx) => this.repository.remove(tx, id),
      }
    })
  }

  /** A file of a finished capture, for download: one that it lists. */
  async file(id: string, name: string): Promise<StoredFile> {
    const { summary } = await this.get(id)
    if (!summary) throw new AppError('wrong_state', 'This capture has no files yet: it has not finished.')
    const known = name === MANIFEST || summary.files.some((file) => file.name === name)
    if (!known) throw new AppError('not_found', 'This capture has no such file.')
    const file = await openWholeFile(this.config.dataDir, { room: 'captures', id }, name)
    if (file) return file
    throw new AppError('file_not_found', `The file ${name} is missing in the data folder.`)
  }
}

function chosenSites(model: Model, names: readonly string[]): Site[] {
  return names.map((name) => {
    const site = model.sites.find((one) => one.name === name)
    if (!site) throw new AppError('site_unknown', `"${model.name}" has no site ${name}.`)
    return site
  })
}

/** @throws AppError `wrong_state` for a capture that has not finished. */
export function storedSide({ id, summary, contextSize, sites, params, modelName }: Capture): StoredSide {
  if (!summary) throw new AppError('wrong_state', `The capture of "${modelName}" has not finished yet.`)
  const shards = summary.files.map(({ name }) => name)
  return { captureId: id, format: params.format, contextSize, tokens: summary.tokens, sites, shards }
}

const invalid = (field: string, message: string): AppError =>
  new AppError('validation_failed', message, { issues: [{ path: `params.${field}`, message }] })

function toCapture(row: CaptureRow, job: Job | null, damage: Damage | null): Capture {
  const params = CaptureParamsSchema.parse(row.params)
  const sites = CaptureSiteSchema.array().parse(row.sites)
  const tokens = Number(row.tokens)
  const widths = sites.map(({ width }) => width)
  return {
    id: row.id,
    modelId: row.modelId,
    modelName: row.modelName,
    tokenizationId: row.tokenizationId,
    precision: PrecisionSchema.parse(row.precision),
    datasetName: row.datasetName,
    contextSize: row.contextSize,
    params,
    sites,
    tokens,
    job,
    status: statusOf(row.readyAt, job, 'running'),
    estimatedBytes: estimateCapture(params, widths, row.contextSize, tokens / row.contextSize).bytes,
    summary: CaptureSummarySchema.nullable().parse(row.summary),
    damage,
    createdAt: iso(row.createdAt),
  }
}
